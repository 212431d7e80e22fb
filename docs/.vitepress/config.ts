/** The documentation site: `npm run docs` builds it into docs/.vitepress/dist, and fails on a dead link. */
import { defineConfig } from 'vitepress';

export default defineConfig({
  title: 'Doublelock',
  description: 'An OpenID Connect provider that asks for a second factor before any token is issued',
  lang: 'en',
  cleanUrls: true,
  head: [['link', { rel: 'icon', href: '/mark.svg' }]],
  // `npm run docs:api` writes its own pages there.
  srcExclude: ['api/**'],
  themeConfig: {
    logo: '/mark.svg',
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Guides', link: '/guides/relying-parties' },
      { text: 'Reference', link: '/reference/config' },
      { text: 'Explanation', link: '/explanation/why' },
    ],
    sidebar: [
      {
        text: 'Guides',
        items: [
          { text: 'Relying parties', link: '/guides/relying-parties' },
          { text: 'Refresh tokens', link: '/guides/refresh-tokens' },
          { text: 'APIs', link: '/guides/apis' },
          { text: 'Client keys and FAPI 2.0', link: '/guides/fapi' },
          { text: 'Tenants and rollout', link: '/guides/tenants' },
          { text: 'Methods', link: '/guides/methods' },
          { text: 'Passwords', link: '/guides/passwords' },
          { text: 'The console', link: '/guides/console' },
          { text: 'Operating', link: '/guides/operating' },
          { text: 'Moving in', link: '/guides/moving-in' },
          { text: 'MongoDB', link: '/guides/mongodb' },
          { text: 'Audit trail', link: '/guides/audit' },
          { text: 'Backup and restore', link: '/guides/backup' },
          { text: 'Containers and monitoring', link: '/guides/deployment' },
          { text: 'Rotating keys', link: '/guides/keys' },
          { text: 'The plugin', link: '/guides/plugin' },
        ],
      },
      {
        text: 'Relying parties by software',
        items: [
          { text: 'Auth.js', link: '/relying-parties/auth-js' },
          { text: 'Authlib', link: '/relying-parties/authlib' },
          { text: 'Devices without a keyboard', link: '/relying-parties/device' },
          { text: 'express-openid-connect', link: '/relying-parties/express-openid-connect' },
          { text: 'mod_auth_openidc', link: '/relying-parties/mod_auth_openidc' },
          { text: 'oauth2-proxy', link: '/relying-parties/oauth2-proxy' },
          { text: 'oidc-client-ts', link: '/relying-parties/oidc-client-ts' },
          { text: 'openid-client', link: '/relying-parties/openid-client' },
          { text: 'passport-openidconnect', link: '/relying-parties/passport-openidconnect' },
          { text: 'Spring Security', link: '/relying-parties/spring-security' },
        ],
      },
      {
        text: 'For people who sign in',
        items: [
          { text: 'Sign in', link: '/users/en/sign-in' },
          { text: 'Set up two-step verification', link: '/users/en/set-up' },
          { text: 'A new phone', link: '/users/en/new-phone' },
          { text: 'A lost phone', link: '/users/en/lost-phone' },
          { text: 'Turn it off', link: '/users/en/turn-off' },
        ],
      },
      {
        text: 'Voor wie inlogt',
        items: [
          { text: 'Inloggen', link: '/users/nl/sign-in' },
          { text: 'Tweestapsverificatie instellen', link: '/users/nl/set-up' },
          { text: 'Een nieuwe telefoon', link: '/users/nl/new-phone' },
          { text: 'Telefoon kwijt', link: '/users/nl/lost-phone' },
          { text: 'Uitzetten', link: '/users/nl/turn-off' },
        ],
      },
      {
        text: 'Reference',
        items: [
          { text: 'Configuration', link: '/reference/config' },
          { text: 'Command line', link: '/reference/cli' },
          { text: 'Claims', link: '/reference/claims' },
          { text: 'Plugin options', link: '/reference/plugin-options' },
          { text: 'Conformance', link: '/conformance' },
          { text: 'Traceability', link: '/traceability' },
        ],
      },
      {
        text: 'Explanation',
        items: [
          { text: 'Why it is so', link: '/explanation/why' },
          { text: 'Architecture', link: '/explanation/architecture' },
          { text: 'A sign-in through the code', link: '/explanation/sign-in-through-the-code' },
          { text: 'Threat model', link: '/explanation/threat-model' },
          { text: 'Cost of a sign-in', link: '/explanation/cost' },
        ],
      },
    ],
  },
});
