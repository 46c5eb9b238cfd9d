import type { Interfaces } from '@oclif/core'

/** What a shell must know of one command. */
export interface CompletedCommand {
  /** "train", "engine link" */
  name: string
  summary: string
  /** values of its arguments, where they are listed */
  args: readonly string[]
  flags: readonly { name: string; values?: readonly string[]; takesValue: boolean }[]
}

/** The commands of the CLI as completion needs them. */
export function completedCommands(config: Interfaces.Config): CompletedCommand[] {
  return config.commands
    .filter(({ hidden }) => !hidden)
    .map(({ id, summary, args, flags }) => ({
      name: id.replaceAll(':', ' '),
      summary: summary ?? '',
      args: Object.values(args ?? {}).flatMap(({ options }) => options ?? []),
      flags: Object.values(flags ?? {})
        .filter(({ hidden }) => !hidden)
        .map((flag) => ({
          name: `--${flag.name}`,
          values: flag.type === 'option' ? flag.options : undefined,
          takesValue: flag.type === 'option',
        })),
    }))
}

/** A script that bash and zsh read: commands, flags, listed values; everything else is completed as a file. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const firsts = [...new Set(commands.map(({ name }) => name.split(' ')[0]))]
  // some are commands themselves
  const topics = firsts.filter((first) => commands.some(({ name }) => name.startsWith(`${first} `)))
  const seconds = (topic: string): string =>
    commands
      .filter(({ name }) => name.startsWith(`${topic} `))
      .map(({ name }) => name.split(' ')[1])
      .join(' ')
  const values = commands.flatMap(({ name, flags }) =>
    flags.flatMap((flag) =>
      flag.takesValue ? [`    '${name} ${flag.name}') words='${(flag.values ?? []).join(' ')}' ;;`] : [],
    ),
  )
  const words = commands.map(
    ({ name, args, flags }) =>
      `    '${name}') words='${args.join(' ')}'; flags='--help ${flags.map((flag) => flag.name).join(' ')}' ;;`,
  )
  return `# completion of adseq for bash and zsh
if [ -n "\${ZSH_VERSION-}" ]; then autoload -U +X bashcompinit && bashcompinit; fi
_adseq() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command=\${COMP_WORDS[1]} words= flags=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${firsts.join(' ')} help version' -- "$current"))
    return
  fi
  case "$command" in
${topics
  .map(
    (topic) => `    ${topic})
      case "$COMP_CWORD $current" in
        '2 -'*) ;;
        '2 '*) COMPREPLY=($(compgen -W '${seconds(topic)}' -- "$current")); return ;;
      esac
      case ' ${seconds(topic)} ' in *" \${COMP_WORDS[2]} "*) command="${topic} \${COMP_WORDS[2]}" ;; esac ;;`,
  )
  .join('\n')}
    help) COMPREPLY=($(compgen -W '${firsts.join(' ')}' -- "$current")); return ;;
  esac
  case "$command $before" in
${values.join('\n')}
    *) case "$command" in
${words.join('\n')}
    esac ;;
  esac
  case "$current" in -*) words=$flags ;; esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o bashdefault -o default -F _adseq adseq
`
}

/** A script that fish reads. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "\\'")}'`
  const lines = ['# completion of adseq for fish']
  for (const { name, summary, args, flags } of commands) {
    const path = name.split(' ')
    const under = path.slice(0, -1).map((word) => `__fish_seen_subcommand_from ${word}`)
    const last = path[path.length - 1]
    const notYet = under.length > 0 ? under.join('; and ') : '__fish_use_subcommand'
    lines.push(`complete -c adseq -n ${quote(notYet)} -f -a ${quote(last)} -d ${quote(summary)}`)
    const seen = quote(path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and '))
    if (args.length > 0) lines.push(`complete -c adseq -n ${seen} -f -a ${quote(args.join(' '))}`)
    for (const flag of flags)
      lines.push(
        `complete -c adseq -n ${seen} -l ${flag.name.slice(2)}` +
          (flag.takesValue ? ' -r' : '') +
          (flag.values ? ` -f -a ${quote(flag.values.join(' '))}` : ''),
      )
  }
  return `${lines.join('\n')}\n`
}
