import type { CompiledQuery, QueryExecutorProvider, QueryResult } from 'kysely'

/** Sends a statement; the promise is of its answer. */
type Send = <Row>(statement: CompiledQuery<Row>) => Promise<QueryResult<Row>>

/**
 * Sends statements in their order over one connection, none of which waits for the answer to the one before: a database that is far
 * away is reached once for all of them. For a transaction: outside of one each is on its own. `work` sends all that it has to before
 * it waits for anything. Rejects when all are answered, as `work` does; the transaction must then be given up.
 */
export function together<T>(database: QueryExecutorProvider, work: (send: Send) => Promise<T>): Promise<T> {
  return database.getExecutor().provideConnection(async (connection) => {
    const sent: Promise<unknown>[] = []
    const outcome = work(<Row>(statement: CompiledQuery<Row>) => {
      const answer = connection.executeQuery<Row>(statement)
      sent.push(answer)
      return answer
    })
    // Whoever gives the transaction up must not be overtaken by a statement of it.
    await Promise.allSettled([outcome, ...sent])
    return outcome
  })
}
