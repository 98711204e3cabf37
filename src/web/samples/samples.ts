import type { SampleCall } from './call.js'
import { writeCurl } from './curl.js'
import { writeJava } from './java.js'
import { writePhp } from './php.js'
import { writePython } from './python.js'
import { writeTypeScript } from './typescript.js'

export type { SampleCall, SampleSide } from './call.js'

export type SampleLanguage = 'curl' | 'python' | 'php' | 'java' | 'typescript'

export interface Sample {
  readonly language: SampleLanguage
  readonly title: string
  /** What to call the file, so that {@link Sample.run} runs it. */
  readonly fileName: string
  readonly run: string
  /** The whole program: it signs the call, makes it and prints the answer. Ends in a newline. */
  readonly write: (call: SampleCall) => string
}

/** The same call in every language, in the order in which they are shown. */
export const SAMPLES: readonly Sample[] = [
  { language: 'curl', title: 'curl', fileName: 'compare.sh', run: 'sh compare.sh', write: writeCurl },
  { language: 'python', title: 'Python', fileName: 'compare.py', run: 'python3 compare.py', write: writePython },
  { language: 'php', title: 'PHP', fileName: 'compare.php', run: 'php compare.php', write: writePhp },
  { language: 'java', title: 'Java', fileName: 'Compare.java', run: 'java Compare.java', write: writeJava },
  {
    language: 'typescript',
    title: 'TypeScript',
    fileName: 'compare.mts',
    run: 'npx tsx compare.mts',
    write: writeTypeScript,
  },
]
