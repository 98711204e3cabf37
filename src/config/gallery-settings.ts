import { PUBLISHED_LIMITS } from '../gallery/gallery.js'
import { define } from './setting.js'
import { parseScoreText, parseSwitch, wholeNumber } from './values.js'

/** A person is put into all its groups in one statement, and no database takes more values in one. */
const MOST_GROUPS = 10_000

/** The settings of persons who are enrolled and searched for. */
export const GALLERY_SETTINGS = {
  gallery: define<boolean>({
    variable: 'FACECOMPARE_GALLERY',
    description:
      'Keeps persons who are enrolled, and answers the calls about them; without it the service keeps nobody (see docs/privacy.md).',
    example: '1',
    fallback: false,
    parse: parseSwitch,
  }),
  encryptTemplates: define<boolean>({
    variable: 'FACECOMPARE_ENCRYPT_TEMPLATES',
    description: 'Encrypts what is kept of enrolled faces under the master key; faces from before stay as they are.',
    example: '0',
    fallback: true,
    parse: parseSwitch,
  }),
  maxGroups: define<number>({
    variable: 'FACECOMPARE_MAX_GROUPS',
    description: 'Most groups of one app.',
    example: '100',
    fallback: PUBLISHED_LIMITS.maxGroups,
    parse: wholeNumber(1, MOST_GROUPS),
  }),
  maxPersonsPerGroup: define<number>({
    variable: 'FACECOMPARE_MAX_PERSONS_PER_GROUP',
    description: 'Most persons in one group.',
    example: '1000000',
    fallback: PUBLISHED_LIMITS.maxPersonsPerGroup,
    parse: wholeNumber(1, 100_000_000),
  }),
  maxFacesPerPerson: define<number>({
    variable: 'FACECOMPARE_MAX_FACES_PER_PERSON',
    description: 'Most faces of one person.',
    example: '5',
    fallback: PUBLISHED_LIMITS.maxFacesPerPerson,
    parse: wholeNumber(1, 1000),
  }),
  maxCandidates: define<number>({
    variable: 'FACECOMPARE_MAX_CANDIDATES',
    description: 'Most persons that a search tells of.',
    example: '1',
    fallback: 5,
    parse: wholeNumber(1, 100),
  }),
  minConfidence: define<number>({
    variable: 'FACECOMPARE_MIN_CONFIDENCE',
    description: 'Score below which a search tells of nobody, 0 to 100.',
    example: '80',
    fallback: 0,
    parse: parseScoreText,
  }),
} as const
