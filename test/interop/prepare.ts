/** Makes the Python environment that the interop tests run against, unless it is there. */
import { prepareEnvironment } from './environment.ts'

await prepareEnvironment(line => process.stdout.write(`${line}\n`))
