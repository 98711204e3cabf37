import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { docsFiles } from '../../src/http/docs-routes.js'
import { startApp } from '../support/http-service.js'

let app: FastifyInstance
beforeAll(async () => {
  app = await startApp({ statusAlways200: true })
})
afterAll(() => app.close())

const get = (url: string) => app.inject({ method: 'GET', url })

it('the page asks for files of this service alone, and gets them', async () => {
  const { body, headers } = await get('/docs')
  expect(headers['content-type']).toBe('text/html; charset=utf-8')
  expect(headers['content-security-policy']).toContain("default-src 'none'")
  expect(body).not.toMatch(/https?:|\/\/[a-z]|<style|style=|<script>/i)
  const urls = [...body.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, url = '']) => `/${url}`)
  expect(urls.sort()).toEqual(
    docsFiles([])
      .map(({ path }) => path)
      .filter((path) => path !== '/docs')
      .sort(),
  )
  for (const url of urls) expect((await get(url)).statusCode, url).toBe(200)
})

it('the files are those of the viewer, with their types', async () => {
  const script = await get('/docs/swagger-ui-bundle.js')
  expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8')
  expect(script.body).toContain('SwaggerUIBundle')
  const style = await get('/docs/swagger-ui.css')
  expect(style.headers['content-type']).toBe('text/css; charset=utf-8')
  expect(style.body).toContain('.swagger-ui')
  expect(style.body).not.toMatch(/url\(["']?(https?:)?\/\//)
})

it('the page of a viewer that cannot sign offers no calls', async () => {
  expect((await get('/docs/page.js')).body).toContain('supportedSubmitMethods: []')
})

it.each(['/docs/', '/docs/package.json', '/docs/../package.json', '/docs/..%2fpackage.json', '/docs/swagger-ui.js'])(
  'nothing else of the package can be had: %s',
  async (url) => {
    const response = await get(url)
    expect(response.json()).toMatchObject({ code: 3 })
    expect(response.headers['content-type']).toBe('application/json')
  },
)
