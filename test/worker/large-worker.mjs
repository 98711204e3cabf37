// A worker process so large that its end takes the system a while.
import { serveParent } from '../../dist/worker/serve-parent.js'

const LARGE_BYTES = 500 * 2 ** 20
let room

serveParent(async () => {
  room = Buffer.alloc(LARGE_BYTES, 1)
  return { numbers: { id: `${room.length}` }, findFaces: () => Promise.reject(new Error('It looks at nothing.')) }
})
