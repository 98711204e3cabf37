import type { FaceCompareError } from '../errors.js'

/** How an interface writes what its calls are answered with, whoever refuses them: its own code, a limit, an upload that stalls. */
export interface AnswerForm {
  /** To the letter: some clients compare it as a text. */
  readonly contentType: string
  /** Headers besides those that every answer has. */
  readonly headers: (requestId: string) => Readonly<Record<string, string>>
  readonly success: (data: object, requestId: string) => WrittenAnswer
  /** `isOfCall` is false for what is no signed call: no such path, HTTP that cannot be read, the page. */
  readonly failure: (error: FaceCompareError, requestId: string, isOfCall: boolean) => WrittenAnswer
}

export interface WrittenAnswer {
  readonly status: number
  readonly body: object
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How calls of the route are answered; as `POST /face/compare` is when absent. */
    readonly answerForm?: AnswerForm
  }
}
