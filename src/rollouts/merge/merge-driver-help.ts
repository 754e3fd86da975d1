/** How to set the merge driver up; apart from the merging, so that `--help` need not load it. */
export const MERGE_DRIVER_HELP = `Merges one file for Git: JSON and YAML by structure, all else as git merge-file does.
Exits with 0 when the merge is clean, with 1 when conflict markers are left in it, with 2 when it could not be tried.

To use it in a repository:

  git config merge.espalier.driver 'espalier merge-driver %O %A %B %P'
  printf '%s merge=espalier\\n' '*.json' '*.yaml' '*.yml' >> .gitattributes

Where main is merged into tenants' branches, \`merge-driver --rules main\` keeps to config/merge.yaml of main.
`
