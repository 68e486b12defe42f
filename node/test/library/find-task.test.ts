import t from 'tap'
import { findTask } from '../../src/library/find-task.ts'

t.test('findTask() names the tasks that exist', async t => {
  t.equal(findTask('locomotion').name, 'locomotion')
  t.throws(() => findTask('chess'), { code: 'TASK_UNKNOWN', message: /'chess'.*locomotion/ })
})
