/** The paths of a host that the second factor answers. */

const IN_AN_INTERACTION = /^\/interaction\/[^/]+\/second-factor(?:\/|$)/;

/** Whether a path is in the second factor's part of an interaction, or in the folder that its pages share. */
export function ownedUnder(base: string, folder: string | null): (path: string) => boolean {
  return (path) => {
    if (folder !== null && path.startsWith(`${folder}/`)) return true;
    return path.startsWith(`${base}/`) && IN_AN_INTERACTION.test(path.slice(base.length));
  };
}
