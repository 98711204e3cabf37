/** The tables of what attributes of a face are told right. */
import type { GroupAttributes, Told } from '../bench/attribute-figures.js'
import type { AttributeResults } from '../bench/attribute-report.js'
import { formatMarkdownTable as table } from '../bench/figures.js'
import type { Language, Words } from './result-words.js'

const TEXTS = {
  en: {
    groups: ['faces of', 'with a face / pictures', 'age: mean error, years', 'on the average', 'sex told right, %'],
    networks: (children: boolean) =>
      `the publisher's networks, for comparison: ${children ? 'children' : 'adults'}, mean of the groups`,
    labelled: ['of the labelled press photographs', 'told', 'others not taken for it'],
    glasses: 'with glasses',
    smile: 'smiling or laughing (expression above 25)',
    laugh: 'laughing (expression above 75)',
    press: 'men; others: women',
    medians: (medians: readonly string[]) =>
      `Median of expression: ${medians[0]} without, ${medians[1]} with a smile, ${medians[2]} with a laugh.`,
    roll: ['turned by', 'found', 'mean error of roll, degrees', 'of 95 % at most'],
    mirror: ({ pairs, yawError, yawWorst, pitchError, yawSpread, sameSign }: AttributeResults['mirror']) =>
      `${pairs} faces and their mirror images: the yaw of one is that of the other with its sign turned to ${yawError.toFixed(1)} degrees (95 %: ` +
      `${yawWorst.toFixed(1)}) where the heads are turned by ${yawSpread.toFixed(1)} (root of the mean square), the pitch the same to ${pitchError.toFixed(1)}; of those turned ` +
      `by more than 10 degrees ${sameSign} look to the same side as their mirror image.`,
  },
  zh: {
    groups: ['人脸', '有人脸 / 图片', '年龄：平均误差（岁）', '平均偏差', '性别判断正确，%'],
    networks: (children: boolean) => `对照：发布者自带的网络，${children ? '儿童' : '成人'}，各组平均`,
    labelled: ['人工标注的新闻照片', '判断出', '其余未误判'],
    glasses: '戴眼镜',
    smile: '微笑或大笑（expression 大于 25）',
    laugh: '大笑（expression 大于 75）',
    press: '男性；其余为女性',
    medians: (medians: readonly string[]) =>
      `expression 的中位数：无表情 ${medians[0]}，微笑 ${medians[1]}，大笑 ${medians[2]}。`,
    roll: ['旋转角度', '检出', 'roll 的平均误差（度）', '95 % 不超过'],
    mirror: ({ pairs, yawError, yawWorst, pitchError, yawSpread, sameSign }: AttributeResults['mirror']) =>
      `${pairs} 张人脸与其镜像：两者的 yaw 应互为相反数，平均相差 ${yawError.toFixed(1)} 度（95 % 不超过 ${yawWorst.toFixed(1)} 度；头部转角的均方根为 ${yawSpread.toFixed(1)} 度），` +
      `pitch 平均相差 ${pitchError.toFixed(1)} 度；转角超过 10 度的人脸中，与镜像判为同一侧的有 ${sameSign} 张。`,
  },
} as const

export function renderAttributes(results: AttributeResults, words: Words, language: Language): string {
  const texts = TEXTS[language]
  const percent = (share: number): string => (100 * share).toFixed(1)
  const group = (row: GroupAttributes): readonly string[] => [
    words.groupNamed(row),
    `${row.found} / ${row.pictures}`,
    row.ageError.toFixed(1),
    `${row.ageBias > 0 ? '+' : ''}${row.ageBias.toFixed(1)}`,
    percent(row.sexRight),
  ]
  const told = (name: string, { yes, no, yesRight, noRight }: Told): readonly string[] => [
    name,
    `${yesRight} / ${yes}`,
    `${noRight} / ${no}`,
  ]
  return [
    table(texts.groups, [
      ...results.groups.map(group),
      ...results.networks.map(({ children, ageError, sexRight }) => [
        texts.networks(children),
        '',
        ageError.toFixed(1),
        '',
        percent(sexRight),
      ]),
    ]),
    table(texts.labelled, [
      told(texts.glasses, results.glasses),
      told(texts.smile, results.smile),
      told(texts.laugh, results.laugh),
      told(texts.press, results.press),
    ]),
    texts.medians(results.expressions.map(({ median }) => median.toFixed(0))),
    table(
      texts.roll,
      results.roll.map(({ degrees, found, error, worst }) => [
        String(degrees),
        String(found),
        error.toFixed(1),
        worst.toFixed(1),
      ]),
    ),
    texts.mirror(results.mirror),
  ].join('\n\n')
}
