/** Each page about software of others is held to that software. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { readSnippets, withPorts } from './support/snippets.ts';

const PAGES = join(import.meta.dirname, '../../docs/relying-parties');

describe('the pages about software of others', () => {
  const pages = readdirSync(PAGES).map((file) => file.replace(/\.md$/, ''));

  it('have a test each, of the same name', () => {
    const tests = readdirSync(import.meta.dirname).map((file) => file.replace(/\.test\.ts$/, ''));
    expect(tests).to.include.members(pages);
  });

  it('print a client of Doublelock each', () => {
    for (const page of pages) {
      const { clients } = parse(readSnippets(page).get('doublelock.yaml') ?? '{}');
      expect(clients, page).to.be.an('array').that.is.not.empty;
    }
  });

  it('name packages of npm that the tests have installed', () => {
    const installed = Object.keys({ ...packageJson.dependencies, ...packageJson.devDependencies });
    for (const page of pages) {
      const text = readFileSync(join(PAGES, `${page}.md`), 'utf8');
      for (const [, named = ''] of text.matchAll(/^npm install (.*)$/gm))
        expect(installed, page).to.include.members(named.split(' '));
    }
  });

  it('name the versions that the tests have fetched', () => {
    const service = (path: string) => readFileSync(join(import.meta.dirname, '../services', path), 'utf8');
    const page = (name: string) => readFileSync(join(PAGES, `${name}.md`), 'utf8');
    const [, oauth2Proxy = ''] = /oauth2-proxy\/v7 v(\S+)/.exec(service('oauth2-proxy/go.mod')) ?? [];
    expect(page('oauth2-proxy')).to.include(`version ${oauth2Proxy}.`);
    const [, authlib = ''] = /^authlib==(\d+\.\d+)/m.exec(service('authlib/requirements.txt')) ?? [];
    const [, flask = ''] = /^flask==(\d+\.\d+)/m.exec(service('authlib/requirements.txt')) ?? [];
    expect(page('authlib')).to.include(`Authlib ${authlib} and Flask ${flask}.`);
  });

  it('differ from what the tests run in three ports alone', () => {
    const printed = 'a: http://localhost:3000/me\nb: http://localhost:4000/\nlisten(4000)\nwait: 3000\n';
    const encoded =
      '?rd=http%3A%2F%2Flocalhost%3A3000%2F%3Fto%3Dlocalhost%253A4000\nproxy http://localhost:5000/\n';
    expect(withPorts(printed + encoded, { issuer: 11, site: 12, upstream: 13 })).to.equal(
      'a: http://localhost:11/me\nb: http://localhost:12/\nlisten(12)\nwait: 3000\n' +
        '?rd=http%3A%2F%2Flocalhost%3A11%2F%3Fto%3Dlocalhost%253A12\nproxy http://localhost:13/\n',
    );
  });
});
