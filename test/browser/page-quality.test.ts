import { describe, expect, it } from 'vitest'
import { answerWith, give, openPage, page, setUpPage, textOf, woman, womanAgain } from './page-setup.js'

setUpPage()

describe('a picture that shows a face poorly', () => {
  it('is hinted at where it was compared, in either language', async () => {
    await openPage()
    await page.route('**/face/compare', async (route) => {
      const response = await route.fetch()
      const answer = await response.json()
      Object.assign(answer.data.faceA, { quality: 88.7, quality_reasons: [] })
      Object.assign(answer.data.faceB, { quality: 12.9, quality_reasons: ['small', 'dark', 'turned_away'] })
      await route.fulfill({ response, json: answer })
    })
    await give('A', woman)
    await give('B', womanAgain)
    await page.click('#compare')
    await page.waitForSelector('#details:not([hidden])')
    const hint = 'Picture B shows the face too small, is dark and shows the face turned away: take it again if you can.'
    expect(await textOf('#cardB .hint')).toBe(hint)
    expect(await textOf('#cardB .note')).toMatch(/, quality 12 of 100$/)
    expect(await textOf('#cardA .note')).toMatch(/, quality 88 of 100$/)
    expect(await page.locator('#cardA .hint').isVisible()).toBe(false)
    expect(await page.locator('#cardB.failed').count()).toBe(0)
    expect(await textOf('#status')).toMatch(/^Score [\d.]+ of 100\. .*take it again if you can\.$/)
    await page.click('#language')
    expect(await textOf('#cardB .hint')).toBe('照片 B 人脸太小、太暗、人脸偏转过大，有条件请重拍。')
  })

  it('is told of where it is refused: what is wrong with it, in either language', async () => {
    await openPage({ viewport: { width: 320, height: 640 } })
    const detail = 'The face is too blurred and covered, and cannot be compared: quality 1 of at least 3.'
    const data = { session_id: 's', fail_flag: 2, quality: 1, quality_reasons: ['blurred', 'covered'], detail }
    await answerWith({ data, code: -1103, message: 'SDK_FEAT_PROCESSFAILED' })
    await give('A', woman)
    await give('B', womanAgain)
    await page.click('#compare')
    await page.waitForSelector('#failure .what')
    const sentence = 'Picture B is blurred and shows the face covered: take it again.'
    expect(await textOf('#failure')).toMatch(new RegExp(`^${sentence}\\s+Use a photograph .*Code -1103`, 's'))
    expect(await textOf('#cardB .wrong')).toBe(sentence)
    expect(await textOf('#cardA .caption')).not.toContain('blurred')
    await page.click('#language')
    expect(await textOf('#cardB .wrong')).toBe('照片 B 模糊、人脸被遮挡，请重拍。')
    expect(await textOf('#failure .what')).toBe('照片 B 模糊、人脸被遮挡，请重拍。')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
    // Another failure of the same code is told as it was.
    await answerWith({
      data: { session_id: 's', fail_flag: 1, detail },
      code: -1103,
      message: 'SDK_FEAT_PROCESSFAILED',
    })
    await page.click('#compare')
    await page.waitForSelector('#cardA.failed')
    expect(await textOf('#cardA .wrong')).toBe('无法提取人脸向量。')
  })
})
