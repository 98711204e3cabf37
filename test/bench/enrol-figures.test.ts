import { expect, it } from 'vitest'
import { describeStore, type EnrolRound, judgeEnrolment, summarise } from '../../bench/enrol-figures.js'

const round = (faces: number, elapsedMs: number, cpuMs: number, ownCpuMs?: number): EnrolRound => {
  return { faces, elapsedMs, cpuMs, ...(ownCpuMs === undefined ? {} : { service: { ownCpuMs, delayP99Ms: 5 } }) }
}

it('takes the medians of rounds, whatever one of them was disturbed by', () => {
  const rounds = [round(100, 2000, 3000, 400), round(100, 60_000, 9000, 900), round(100, 2500, 3100, 500)]
  expect(summarise('newperson', rounds)).toEqual({
    way: 'newperson',
    facesPerSecond: 40,
    cpuMsPerFace: 31,
    ownCpuMsPerFace: 5,
    delayP99Ms: 5,
  })
  expect(summarise('analysis', [round(10, 1000, 200)])).toEqual({
    way: 'analysis',
    facesPerSecond: 10,
    cpuMsPerFace: 20,
  })
})

it('holds enrolment to fifty a second on two cores, and storing to a tenth of it', () => {
  const store = describeStore('embedded', {
    analysis: [round(10, 1000, 250)],
    detect: [round(10, 1000, 270, 30)],
    newperson: [round(10, 1000, 400, 71)],
    addface: [round(10, 1000, 410, 20)],
  })
  expect(store.storingShare.newperson).toBeCloseTo(4.1 / 40, 6)
  expect(store.storingShare.addface).toBe(0)
  expect(judgeEnrolment([store]).map(({ what, holds }) => [what, holds])).toEqual([
    ['newperson, embedded: processor ms a face', true],
    ['addface, embedded: processor ms a face', false],
    ['newperson, embedded: share of storing', false],
    ['addface, embedded: share of storing', true],
  ])
})
