/** The tables of how sure it is what is told of a face. */
import { type Certainty, shareRight } from '../bench/certainty-figures.js'
import { formatMarkdownTable as table } from '../bench/figures.js'
import type { Language } from './result-words.js'

const TEXTS = {
  en: {
    sex: ['sex told as surely as, %', 'of adults right, %', 'faces', 'of children right, %', 'faces'],
    answers: ['answers of which so many are right', 'yes, %', 'no, %'],
    glasses: 'glasses, of the labelled press photographs',
    covered: 'covered, of faces into which it was drawn',
    age: ({ years, adults, children }: Certainty['age']) =>
      `Ages: ${percent(adults)} % of adults and ${percent(children)} % of children are told to ${years} years.`,
    smile: (middle: string, sure: string) =>
      `Smiles: of expressions of ${middle} half are smiles or laughs; from ${sure} on nine in ten are.`,
  },
  zh: {
    sex: ['性别判断的把握，%', '成人判断正确，%', '人脸数', '儿童判断正确，%', '人脸数'],
    answers: ['回答正确的比例', '“是”，%', '“否”，%'],
    glasses: '眼镜（人工标注的新闻照片）',
    covered: '遮挡（遮挡物由程序画上）',
    age: ({ years, adults, children }: Certainty['age']) =>
      `年龄：${percent(adults)} % 的成人和 ${percent(children)} % 的儿童，误差不超过 ${years} 岁。`,
    smile: (middle: string, sure: string) =>
      `微笑：expression 为 ${middle} 时，一半是微笑或大笑；达到 ${sure} 时，十个里有九个是。`,
  },
} as const

/** Nine in ten. */
const SURE = 0.9

export function renderCertainty({ age, sex, smile, glasses, covered }: Certainty, language: Language): string {
  const texts = TEXTS[language]
  const { middle, slope } = smile
  const sure = middle + Math.log(SURE / (1 - SURE)) / slope
  const answers = (name: string, told: Certainty['glasses']) => {
    const { yes, no } = shareRight(told)
    return [name, percent(yes), percent(no)]
  }
  return [
    texts.age(age),
    table(
      texts.sex,
      sex.map(({ from, to, adults, children }) => [
        `${Math.round(100 * from)} – ${Math.round(100 * to)}`,
        ...[percent(adults.right), String(adults.faces), percent(children.right), String(children.faces)],
      ]),
    ),
    texts.smile(middle.toFixed(0), sure.toFixed(0)),
    table(texts.answers, [answers(texts.glasses, glasses), answers(texts.covered, covered)]),
  ].join('\n\n')
}

function percent(share: number): string {
  return (100 * share).toFixed(1)
}
