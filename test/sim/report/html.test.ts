import { expect, test } from 'vitest';
import { html, json, lines } from '../../../sim/report/html.ts';

const hostile = `t1</script><img src=x onerror="alert('1')">&\u001b[31mred\u0007\u202e`;

test('text from outside is text: no tag, no quote that ends an attribute, no escape of a terminal', () => {
  const { markup } = html`<p title="${hostile}">${hostile}</p>`;
  const text = 't1&#60;/script&#62;&#60;img src=x onerror=&#34;alert(&#39;1&#39;)&#34;&#62;&#38;red';
  expect(markup).toBe(`<p title="${text}">${text}</p>`);
});

test('markup in markup stays, lists are joined, null is nothing', () => {
  const items = ['a', 'b'].map((name) => html`<b>${name}</b>`);
  expect(html`<i>${items}${null}${0}</i>`.markup).toBe('<i><b>a</b><b>b</b>0</i>');
});

test('a file keeps its lines, and each is made safe', () => {
  expect(lines('name: <b>\r\n  a: \u001b]0;title\u0007x\n').markup).toBe('name: &#60;b&#62;\n  a: x\n');
});

test('JSON in a page cannot end its element, and says the same', () => {
  const value = { tenant: '</script><!--', word: 'ü' };
  const { markup } = json(value);
  expect(markup).not.toContain('<');
  expect(JSON.parse(markup)).toEqual(value);
});
