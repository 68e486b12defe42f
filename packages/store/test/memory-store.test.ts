import { memoryStore } from '@soup/store'
import { storeCompliance } from '@soup/testing'
import t from 'tap'

await storeCompliance(t, () => memoryStore())
