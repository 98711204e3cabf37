import envPaths from 'env-paths'

/** Where converted networks are kept unless told: `facecompare` in the user's cache folder. */
export function defaultCacheDir(): string {
  return envPaths('facecompare', { suffix: '' }).cache
}

/** Pictures with more pixels are refused unless told. */
export const DEFAULT_MAX_PIXELS = 40_000_000
