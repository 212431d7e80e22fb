/** Each rule about views finds what it is there to find, and lets pass what is right. */
import { expect } from 'chai';
import { parseSource } from './source.ts';
import { assetFaults, deadViewFaults, pageFaults, pagesOf, unescapedFaults } from './views.ts';

const renderer = parseSource(
  'src/http/render.ts',
  "const VIEWS = { 'sign-in': 'sign-in/sign-in', error: 'error' }; show('layout');",
);
const loader = parseSource('src/http/asset-files.ts', "const STYLES = ['forms.css'];");

const VIEWS = {
  'layout.ejs': '<link href="<%= asset(\'page.css\') %>"><%- body %>',
  'error.ejs': "<%- partial('alert', { fields: [] }) %>",
  'sign-in/sign-in.ejs': '<%= model.email %>',
  'partials/alert.ejs': "<%- partial('text') %>",
  'partials/text.ejs': '',
  'assets/page.css': '',
  'assets/forms.css': '',
};

describe('the rules about views', () => {
  it('read the declared pages', () => {
    const pages = parseSource(
      'src/http/pages.ts',
      "interface Pages { 'sign-in': {}; error: {} } interface Other { a: {} }",
    );
    expect(pagesOf(pages)).to.deep.equal(['sign-in', 'error']);
  });

  it('accept views that exist and are shown', () => {
    expect(pageFaults(['sign-in', 'error'], renderer, VIEWS)).to.deep.equal([]);
    expect(deadViewFaults([renderer], VIEWS)).to.deep.equal([]);
    expect(assetFaults(loader, VIEWS)).to.deep.equal([]);
    expect(unescapedFaults(VIEWS)).to.deep.equal([]);
  });

  it('find a page without a view', () => {
    expect(pageFaults(['consent'], renderer, VIEWS)).to.have.lengthOf(1);
    const { 'error.ejs': _, ...without } = VIEWS;
    expect(pageFaults(['error'], renderer, without)).to.deep.equal([
      'views/error.ejs, the view of "error", is missing',
    ]);
  });

  it('find an unused view, and a missing partial', () => {
    const dead = { ...VIEWS, 'old.ejs': '', 'partials/old.ejs': "<%- partial('old') %>" };
    expect(deadViewFaults([renderer], dead)).to.deep.equal([
      'views/old.ejs is never shown',
      'views/partials/old.ejs is never shown',
    ]);
    const broken = { ...VIEWS, 'error.ejs': "<%- partial('alert') %><%- partial('gone') %>" };
    expect(deadViewFaults([renderer], broken)).to.deep.equal([
      'views/error.ejs shows partials/gone.ejs, which is missing',
    ]);
  });

  it('find an unused asset, and a missing one', () => {
    expect(assetFaults(loader, { ...VIEWS, 'assets/old.js': '' })).to.deep.equal([
      'views/assets/old.js is never used',
    ]);
    const asking = { ...VIEWS, 'error.ejs': "<%= asset('gone.svg') %>" };
    expect(assetFaults(loader, asking)).to.deep.equal(['views/assets/gone.svg is missing']);
  });

  it('find unescaped output', () => {
    for (const tag of [
      '<%- model.email %>',
      '<%- body + model.name %>',
      '<%-\nt("x")\n%>',
      '<%- bodyOf(model) -%>',
      '<%- unbroken(a) + b %>',
      '<%- model.unbroken(a) %>',
    ]) {
      expect(unescapedFaults({ 'error.ejs': tag }), tag).to.have.lengthOf(1);
    }
    expect(
      unescapedFaults({ 'error.ejs': '<%= x %><%- include("a") %><%- unbroken(t("a")) %><%- body -%>' }),
    ).to.deep.equal([]);
  });
});
