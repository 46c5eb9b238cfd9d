// Makes docs/page.png from a running server: node scripts/page-picture.mjs http://127.0.0.1:8787 USER [CHROMIUM]
import { fileURLToPath } from 'node:url'
import puppeteer from 'puppeteer-core'

const [url, user, executablePath = 'chromium'] = process.argv.slice(2)
const path = fileURLToPath(new URL('../docs/page.png', import.meta.url))
const settled = `document.querySelector('table') && !document.querySelector('[aria-busy]')`

const browser = await puppeteer.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
})
const page = await browser.newPage()
await page.setViewport({ width: 1120, height: 780 })
await page.goto(`${url}/#user=${encodeURIComponent(user)}`)
await page.waitForFunction(settled)
// the three latest events are left out, and what moves is seen
for (const place of [0, 1, 2]) {
  await page.evaluate(`document.querySelectorAll('.events button')[${place}].click()`)
  await page.waitForSelector('.list .tag')
  await page.waitForFunction(settled)
}
await page.evaluate('document.activeElement.blur()')
await page.screenshot({ path })
await browser.close()
