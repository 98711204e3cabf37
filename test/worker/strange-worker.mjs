// A worker process whose "images" are words that say what happens to it. A file named `broken` in the folder of its
// pack breaks its start.
import { existsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CHANNEL_FD } from '../../dist/worker/message.js'
import { serveParent } from '../../dist/worker/serve-parent.js'

const kept = []

const none = new Float32Array()
const SEEN = { box: { x: 0, y: 0, width: 1, height: 1 }, landmarks: none, detectionScore: 1, rollDegrees: 0 }
const TEMPLATE = {
  cohort: { gain: 1, offset: 0, centre: 0 },
  parts: { eyebrow: none, eye: none, nose: none, mouth: none },
}
const PICTURE = {
  faceCount: 1,
  imageWidth: 1,
  imageHeight: 1,
  stages: { decodeMs: 0, detectMs: 0, alignMs: 0, embedMs: 0 },
}

const DEEDS = {
  nap: () => sleep(20),
  hang() {
    for (;;);
  },
  exit: () => process.exit(3),
  crash: () => process.kill(process.pid, 'SIGSEGV'),
  throw() {
    throw new Error('a mistake of our own')
  },
  memory() {
    for (;;) kept.push(Buffer.alloc(2 ** 24, 1))
  },
  heap() {
    for (;;) kept.push(new Array(2 ** 20).fill(kept.length))
  },
  flood: () => writeSync(CHANNEL_FD, Buffer.alloc(64, 255)),
  babble: () => writeSync(CHANNEL_FD, Buffer.from([3, 0, 0, 0, 1, 2, 3])),
}

serveParent(async ({ modelPack }) => {
  if (existsSync(join(modelPack, 'broken'))) process.exit(1)
  return {
    numbers: { id: 'strange' },
    async findFaces(image) {
      // Zeros behind the word make images of different lengths.
      const [word = ''] = Buffer.from(image).toString().split('\0', 1)
      await DEEDS[word]?.()
      const packId = JSON.stringify({ word: word.slice(0, 100), pid: process.pid, env: process.env })
      const template = { ...TEMPLATE, packId, embedding: Float32Array.of(image.length, image.at(-1) ?? 0) }
      return { ...PICTURE, faces: [{ ...SEEN, template }] }
    },
  }
})
