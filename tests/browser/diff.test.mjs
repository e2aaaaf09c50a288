// The page of a comparison in a real browser.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { audit, launch, open } from './support.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

for (const file of ['diff.html', 'diff-hostile.html']) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1280, 320]) {
      test(`${file} breaks no rule of its policy or of WCAG and scrolls one way only, ${colorScheme}, ${width} pixels`, async () => {
        const { page, finish } = await open(browser, file, { colorScheme, viewport: { width, height: 800 } });
        assert.deepEqual(await audit(page), []);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= width);
        assert.deepEqual(await finish(), []);
      });
    }
  }
}

test('the outcome of a comparison is shown first, also without scripts, and hostile names stay text', async () => {
  const { page, finish } = await open(browser, 'diff-hostile.html', { javaScriptEnabled: false });
  const top = async (selector) => (await page.locator(selector).first().boundingBox()).y;
  assert.ok(await top('#outcome') < await top('section:not(#outcome):not(.cut)'));
  assert.ok(!(await page.isVisible('.cut')));
  const text = await page.innerText('main');
  for (const part of ['</script><script>window.pwned=1</script>', '<img src=x onerror=window.pwned=1>', '\\u{202e}']) assert.ok(text.includes(part), part);
  assert.equal(await page.locator('img, iframe, svg, script').count(), 0);
  assert.deepEqual(await finish(), []);
});

test('a comparison is printed with every device it names', async () => {
  const { page, finish } = await open(browser, 'diff.html');
  await page.emulateMedia({ media: 'print' });
  const devices = await page.locator('h3').count();
  assert.ok(devices > 0);
  for (let n = 0; n < devices; n++) assert.ok(await page.locator('h3').nth(n).isVisible());
  assert.ok((await page.pdf({ format: 'A4' })).length > 5_000);
  assert.deepEqual(await finish(), []);
});
