/**
 * Calls `next` again and again, in so many lanes at once, until it says `false`: nothing is left. The first failure ends all
 * lanes after what they have under way, and is thrown when they have come to rest: whatever they use may be closed then.
 */
export async function runLanes(lanes: number, next: () => Promise<boolean>): Promise<void> {
  let failure: { readonly reason: unknown } | undefined
  const lane = async (): Promise<void> => {
    try {
      while (!failure && (await next()));
    } catch (reason) {
      failure ??= { reason }
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  if (failure) throw failure.reason
}
