/** The routes of the security settings. */
import type { ConsoleRoute } from '../console.ts';
import { type PreviewPageDeps, previewRoutes } from './preview-page.ts';
import { createShowSettings, type SettingsPageDeps, settingsRoutes } from './settings-page.ts';

export type SecurityPageDeps = SettingsPageDeps & PreviewPageDeps;

export function securityRoutes(deps: SecurityPageDeps): readonly ConsoleRoute[] {
  const show = createShowSettings(deps);
  return [...settingsRoutes(deps, show), ...previewRoutes(deps, show)];
}
