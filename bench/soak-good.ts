import { hasAnswer } from '../test/support/raw-http.js'
import { type CallKind, httpKind, jsonCall, multipartCall, OK, orBusy, type Scene, signOnce } from './soak-kinds.js'
import { SCENE_FORMATS } from './soak-scene.js'
import { callRaw, type HttpCall, toHttp } from './soak-wire.js'

type Judge = NonNullable<CallKind['judge']>

function good(name: string, judge: Judge, make: (scene: Scene) => HttpCall): CallKind {
  return { ...httpKind('good', name, orBusy(OK), make), judge }
}

/** 70 is a match; these two women are far from one, these two pictures of a man far above. */
const sameMan = between(70, 100)
const twoPeople = between(0, 60)
const identical = between(100, 100)

function between(least: number, most: number): Judge {
  return ({ similarity }) => {
    if (typeof similarity === 'number' && similarity >= least && similarity <= most) return undefined
    return `a similarity of ${String(similarity)} where one from ${least} to ${most} is right`
  }
}

function withFaces(judge: Judge): Judge {
  return (data) => {
    const hasFaces = ['faceA', 'faceB'].every((name) => typeof data[name] === 'object')
    return hasFaces ? judge(data) : 'no faces in an answer that was to have them'
  }
}

export const GOOD_KINDS: readonly CallKind[] = [
  good('multipart', sameMan, ({ man, manAgain }) => multipartCall({ imageA: man, imageB: manAgain })),
  good('JSON', sameMan, ({ man, manAgain }) => jsonCall({ imageA: manAgain, imageB: man })),
  good('two people', twoPeople, ({ man, woman }) => multipartCall({ imageA: man, imageB: woman })),
  good('identical pictures', identical, ({ woman }) => multipartCall({ imageA: woman, imageB: woman })),
  good('urls', sameMan, ({ imagesUrl }) => jsonCall({ urlA: `${imagesUrl}/man`, urlB: `${imagesUrl}/manAgain` })),
  good('an image and a url', sameMan, ({ man, imagesUrl }) =>
    multipartCall({ imageA: man, urlB: `${imagesUrl}/manAgain` }),
  ),
  good('a signature of single use', sameMan, ({ man, manAgain }) =>
    multipartCall({ imageA: man, imageB: manAgain }, signOnce()),
  ),
  good('return_faces', withFaces(twoPeople), ({ man, woman }) =>
    jsonCall({ imageA: man, imageB: woman, return_faces: '1' }),
  ),
  good('a large photograph', between(0, 100), ({ man, group }) => multipartCall({ imageA: group, imageB: man })),
  ...SCENE_FORMATS.map((format) =>
    good(`a ${format}`, between(70, 100), ({ manAgain, formats }) =>
      multipartCall({ imageA: formats[format] ?? manAgain, imageB: manAgain }),
    ),
  ),
  {
    name: 'Expect: 100-continue',
    nature: 'good',
    codes: orBusy(OK),
    judge: sameMan,
    send: ({ port, man, manAgain }) =>
      callRaw(port, async (client) => {
        const whole = toHttp(withExpect(multipartCall({ imageA: man, imageB: manAgain })))
        const headEnd = whole.indexOf('\r\n\r\n') + 4
        client.write(whole.subarray(0, headEnd))
        await client.until((text) => text.includes('\r\n\r\n'))
        client.write(whole.subarray(headEnd))
        return client.until(hasAnswer)
      }),
  },
]

function withExpect({ headers, ...call }: HttpCall): HttpCall {
  return { ...call, headers: { ...headers, expect: '100-continue' } }
}
