#compdef tidewaiter

autoload -U is-at-least

_tidewaiter() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C)
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_tidewaiter_commands" \
"*::: :->tidewaiter" \
&& ret=0
    case $state in
    (tidewaiter)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:tidewaiter-command-$line[1]:"
        case $line[1] in
            (scan)
_arguments "${_arguments_options[@]}" : \
'--paths-from=[Read further paths from a file (\`-\`\: standard input), one a line]:FILE:_files' \
'-j+[Threads that parse]:N:_default' \
'--jobs=[Threads that parse]:N:_default' \
'*--signatures=[Use the signatures of this folder too]:DIR:_files' \
'*--map=[Read exports of another system as this mapping file says; may be repeated]:FILE:_files' \
'--config=[Read settings from this file (default\: tidewaiter.toml here, then the user'\''s)]:FILE:_files' \
'--max-time=[Seconds for one item of evidence]:SECONDS:_default' \
'--max-file-bytes=[Bytes of one streamed file, after decompression]:BYTES:_default' \
'--max-memory-file=[Bytes of one file that is read into memory]:BYTES:_default' \
'--max-entries=[Entries of one container or folder]:N:_default' \
'--max-depth=[Containers within containers]:N:_default' \
'--max-ratio=[Expansion of a compressed member]:N:_default' \
'--max-findings=[Findings of one device]:N:_default' \
'*--policy=[Policy to apply, in force or not; may be repeated (default\: us-eo-13971)]:ID:_default' \
'--as-of=[Date at which policies and ages are judged (default\: now)]:DATE:_default' \
'--min-strength=[Weaker findings make suspect, not prohibited (default\: probable)]:STRENGTH:(probable strong definitive)' \
'--stale-after=[Days after which a list of a management system proves nothing (default\: 30)]:DAYS:_default' \
'--max-age=[Days after which any list proves nothing]:DAYS:_default' \
'--waivers=[Approved exceptions (TOML)\: findings stay, their devices cause no exit 1 or 3]:FILE:_files' \
'--redact=[Replace what names people, devices and places by pseudonyms made with this key]:KEYFILE:_files' \
'--run-time=[The time the report bears (default\: now, or SOURCE_DATE_EPOCH)]:TIME:_default' \
'*-f+[table, json, ndjson, csv or html; with =FILE into a file. May be repeated]:FORMAT[=FILE]:_default' \
'*--format=[table, json, ndjson, csv or html; with =FILE into a file. May be repeated]:FORMAT[=FILE]:_default' \
'--color=[Colours (default\: auto)]:WHEN:(auto always never)' \
'--group-by=[What the table is ordered by]:WHAT:(device app owner)' \
'-0[Paths of --paths-from end with a NUL byte instead of a line end]' \
'--null[Paths of --paths-from end with a NUL byte instead of a line end]' \
'-q[No progress, no log lines]' \
'--quiet[No progress, no log lines]' \
'*-v[Say more on standard error]' \
'*--verbose[Say more on standard error]' \
'--assume-full-lists[Vouch that lists which may be filtered are full; the report says so]' \
'--exit-zero[Exit 0 where it would be 1 or 3; the report keeps the true status]' \
'--csv-raw[CSV for programs\: values as they are, not guarded against spreadsheets]' \
'--csv-bom[CSV with a byte order mark, for spreadsheets that need one to see UTF-8]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
'*::paths -- Files or folders; `-` for one inventory on standard input:_files' \
&& ret=0
;;
(inventory)
_arguments "${_arguments_options[@]}" : \
'--paths-from=[Read further paths from a file (\`-\`\: standard input), one a line]:FILE:_files' \
'-j+[Threads that parse]:N:_default' \
'--jobs=[Threads that parse]:N:_default' \
'*--signatures=[Use the signatures of this folder too]:DIR:_files' \
'*--map=[Read exports of another system as this mapping file says; may be repeated]:FILE:_files' \
'--config=[Read settings from this file (default\: tidewaiter.toml here, then the user'\''s)]:FILE:_files' \
'--max-time=[Seconds for one item of evidence]:SECONDS:_default' \
'--max-file-bytes=[Bytes of one streamed file, after decompression]:BYTES:_default' \
'--max-memory-file=[Bytes of one file that is read into memory]:BYTES:_default' \
'--max-entries=[Entries of one container or folder]:N:_default' \
'--max-depth=[Containers within containers]:N:_default' \
'--max-ratio=[Expansion of a compressed member]:N:_default' \
'--max-findings=[Findings of one device]:N:_default' \
'*-f+[table, json or ndjson; with =FILE into a file. May be repeated]:FORMAT[=FILE]:_default' \
'*--format=[table, json or ndjson; with =FILE into a file. May be repeated]:FORMAT[=FILE]:_default' \
'--color=[Colours (default\: auto)]:WHEN:(auto always never)' \
'-0[Paths of --paths-from end with a NUL byte instead of a line end]' \
'--null[Paths of --paths-from end with a NUL byte instead of a line end]' \
'-q[No progress, no log lines]' \
'--quiet[No progress, no log lines]' \
'*-v[Say more on standard error]' \
'*--verbose[Say more on standard error]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
'*::paths -- Files or folders; `-` for one inventory on standard input:_files' \
&& ret=0
;;
(report)
_arguments "${_arguments_options[@]}" : \
'--redact=[Replace what names people, devices and places by pseudonyms made with this key]:KEYFILE:_files' \
'*-f+[table, json, ndjson, csv or html; with =FILE into a file. May be repeated]:FORMAT[=FILE]:_default' \
'*--format=[table, json, ndjson, csv or html; with =FILE into a file. May be repeated]:FORMAT[=FILE]:_default' \
'--color=[Colours (default\: auto)]:WHEN:(auto always never)' \
'--group-by=[What the table is ordered by]:WHAT:(device app owner)' \
'--exit-zero[Exit 0 where it would be 1 or 3]' \
'--csv-raw[CSV for programs\: values as they are, not guarded against spreadsheets]' \
'--csv-bom[CSV with a byte order mark, for spreadsheets that need one to see UTF-8]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
':file -- The report; `-` for standard input:_files' \
&& ret=0
;;
(merge)
_arguments "${_arguments_options[@]}" : \
'--waivers=[Approved exceptions (TOML), in place of those the reports bear]:FILE:_files' \
'--redact=[Replace what names people, devices and places by pseudonyms made with this key]:KEYFILE:_files' \
'*-f+[table, json, ndjson, csv or html; with =FILE into a file. May be repeated]:FORMAT[=FILE]:_default' \
'*--format=[table, json, ndjson, csv or html; with =FILE into a file. May be repeated]:FORMAT[=FILE]:_default' \
'--color=[Colours (default\: auto)]:WHEN:(auto always never)' \
'--group-by=[What the table is ordered by]:WHAT:(device app owner)' \
'--allow-mixed[Join reports made with different signatures, policies or options]' \
'--exit-zero[Exit 0 where it would be 1 or 3; the report keeps the true status]' \
'--csv-raw[CSV for programs\: values as they are, not guarded against spreadsheets]' \
'--csv-bom[CSV with a byte order mark, for spreadsheets that need one to see UTF-8]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
'*::files -- Reports (JSON or NDJSON); one of them may be `-`, standard input:_files' \
&& ret=0
;;
(diff)
_arguments "${_arguments_options[@]}" : \
'*-f+[table, json or html; with =FILE into a file. May be repeated]:FORMAT[=FILE]:_default' \
'*--format=[table, json or html; with =FILE into a file. May be repeated]:FORMAT[=FILE]:_default' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
':old -- The older report:_files' \
':new -- The newer report:_files' \
&& ret=0
;;
(verify)
_arguments "${_arguments_options[@]}" : \
'--evidence=[Where the evidence lies now (default\: where the report says)]:DIR:_files' \
'*--map=[The mapping files of the scan\: members of containers are found by them]:FILE:_files' \
'(--evidence)--report-only[Check the report'\''s own digest only]' \
'(--evidence --report-only)--export-hashes[Print the hashes of whole files for \`sha256sum -c\`, and check nothing]' \
'-q[Print nothing but the last line]' \
'--quiet[Print nothing but the last line]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
':report -- The report:_files' \
&& ret=0
;;
(identify)
_arguments "${_arguments_options[@]}" : \
'*--signatures=[Use the signatures of this folder too]:DIR:_files' \
'*-f+[table, json or ndjson; with =FILE into a file. May be repeated]:FORMAT[=FILE]:_default' \
'*--format=[table, json or ndjson; with =FILE into a file. May be repeated]:FORMAT[=FILE]:_default' \
'--color=[Colours (default\: auto)]:WHEN:(auto always never)' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
'*::ids -- Package names, bundle identifiers or App Store ids:_default' \
&& ret=0
;;
(map)
_arguments "${_arguments_options[@]}" : \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
':file -- A sample of the export\: CSV, JSON or lines of JSON; `-` for standard input:_files' \
&& ret=0
;;
(signatures)
_arguments "${_arguments_options[@]}" : \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_tidewaiter__subcmd__signatures_commands" \
"*::: :->signatures" \
&& ret=0

    case $state in
    (signatures)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:tidewaiter-signatures-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
'*--signatures=[Use the signatures of this folder too]:DIR:_files' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
'*--signatures=[Use the signatures of this folder too]:DIR:_files' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
':app -- Slug of the app:_default' \
&& ret=0
;;
(check)
_arguments "${_arguments_options[@]}" : \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
':dir -- The folder:_files' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_tidewaiter__subcmd__signatures__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:tidewaiter-signatures-help-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(check)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(policies)
_arguments "${_arguments_options[@]}" : \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_tidewaiter__subcmd__policies_commands" \
"*::: :->policies" \
&& ret=0

    case $state in
    (policies)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:tidewaiter-policies-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
'*--signatures=[Use the signatures of this folder too]:DIR:_files' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
'*--signatures=[Use the signatures of this folder too]:DIR:_files' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
':id -- Id of the policy:_default' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_tidewaiter__subcmd__policies__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:tidewaiter-policies-help-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(config)
_arguments "${_arguments_options[@]}" : \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_tidewaiter__subcmd__config_commands" \
"*::: :->config" \
&& ret=0

    case $state in
    (config)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:tidewaiter-config-command-$line[1]:"
        case $line[1] in
            (show)
_arguments "${_arguments_options[@]}" : \
'--config=[Read this file, not the usual ones]:FILE:_files' \
'--origin[And where it came from]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_tidewaiter__subcmd__config__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:tidewaiter-config-help-command-$line[1]:"
        case $line[1] in
            (show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(completions)
_arguments "${_arguments_options[@]}" : \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
':shell -- Shell:(bash elvish fish powershell zsh)' \
&& ret=0
;;
(man)
_arguments "${_arguments_options[@]}" : \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_tidewaiter__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:tidewaiter-help-command-$line[1]:"
        case $line[1] in
            (scan)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(inventory)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(report)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(merge)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(diff)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(verify)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(identify)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(map)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(signatures)
_arguments "${_arguments_options[@]}" : \
":: :_tidewaiter__subcmd__help__subcmd__signatures_commands" \
"*::: :->signatures" \
&& ret=0

    case $state in
    (signatures)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:tidewaiter-help-signatures-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(check)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(policies)
_arguments "${_arguments_options[@]}" : \
":: :_tidewaiter__subcmd__help__subcmd__policies_commands" \
"*::: :->policies" \
&& ret=0

    case $state in
    (policies)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:tidewaiter-help-policies-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(config)
_arguments "${_arguments_options[@]}" : \
":: :_tidewaiter__subcmd__help__subcmd__config_commands" \
"*::: :->config" \
&& ret=0

    case $state in
    (config)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:tidewaiter-help-config-command-$line[1]:"
        case $line[1] in
            (show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(completions)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(man)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
}

(( $+functions[_tidewaiter_commands] )) ||
_tidewaiter_commands() {
    local commands; commands=(
'scan:Scan evidence\: one verdict per device' \
'inventory:List every app seen, not only prohibited ones; no verdict' \
'report:Render a saved report (JSON or NDJSON) in any format' \
'merge:Join saved reports\: shards, days, agencies' \
'diff:Compare two reports, device by device' \
'verify:Check that a report, and the files it rests on, are what they were' \
'identify:Tell what a package name, bundle identifier or App Store id is' \
'map:Draft a mapping file for an export of a system that is not known' \
'signatures:Show or check signatures' \
'policies:Show policies' \
'config:Show the configuration in force' \
'completions:Print completions for a shell' \
'man:Print the man page' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'tidewaiter commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__completions_commands] )) ||
_tidewaiter__subcmd__completions_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter completions commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__config_commands] )) ||
_tidewaiter__subcmd__config_commands() {
    local commands; commands=(
'show:Print every setting with its value' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'tidewaiter config commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__config__subcmd__help_commands] )) ||
_tidewaiter__subcmd__config__subcmd__help_commands() {
    local commands; commands=(
'show:Print every setting with its value' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'tidewaiter config help commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__config__subcmd__help__subcmd__help_commands] )) ||
_tidewaiter__subcmd__config__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter config help help commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__config__subcmd__help__subcmd__show_commands] )) ||
_tidewaiter__subcmd__config__subcmd__help__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter config help show commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__config__subcmd__show_commands] )) ||
_tidewaiter__subcmd__config__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter config show commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__diff_commands] )) ||
_tidewaiter__subcmd__diff_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter diff commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__help_commands] )) ||
_tidewaiter__subcmd__help_commands() {
    local commands; commands=(
'scan:Scan evidence\: one verdict per device' \
'inventory:List every app seen, not only prohibited ones; no verdict' \
'report:Render a saved report (JSON or NDJSON) in any format' \
'merge:Join saved reports\: shards, days, agencies' \
'diff:Compare two reports, device by device' \
'verify:Check that a report, and the files it rests on, are what they were' \
'identify:Tell what a package name, bundle identifier or App Store id is' \
'map:Draft a mapping file for an export of a system that is not known' \
'signatures:Show or check signatures' \
'policies:Show policies' \
'config:Show the configuration in force' \
'completions:Print completions for a shell' \
'man:Print the man page' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'tidewaiter help commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__help__subcmd__completions_commands] )) ||
_tidewaiter__subcmd__help__subcmd__completions_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter help completions commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__help__subcmd__config_commands] )) ||
_tidewaiter__subcmd__help__subcmd__config_commands() {
    local commands; commands=(
'show:Print every setting with its value' \
    )
    _describe -t commands 'tidewaiter help config commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__help__subcmd__config__subcmd__show_commands] )) ||
_tidewaiter__subcmd__help__subcmd__config__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter help config show commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__help__subcmd__diff_commands] )) ||
_tidewaiter__subcmd__help__subcmd__diff_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter help diff commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__help__subcmd__help_commands] )) ||
_tidewaiter__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter help help commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__help__subcmd__identify_commands] )) ||
_tidewaiter__subcmd__help__subcmd__identify_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter help identify commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__help__subcmd__inventory_commands] )) ||
_tidewaiter__subcmd__help__subcmd__inventory_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter help inventory commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__help__subcmd__man_commands] )) ||
_tidewaiter__subcmd__help__subcmd__man_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter help man commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__help__subcmd__map_commands] )) ||
_tidewaiter__subcmd__help__subcmd__map_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter help map commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__help__subcmd__merge_commands] )) ||
_tidewaiter__subcmd__help__subcmd__merge_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter help merge commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__help__subcmd__policies_commands] )) ||
_tidewaiter__subcmd__help__subcmd__policies_commands() {
    local commands; commands=(
'list:List policies' \
'show:Show what a policy names, by which instrument' \
    )
    _describe -t commands 'tidewaiter help policies commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__help__subcmd__policies__subcmd__list_commands] )) ||
_tidewaiter__subcmd__help__subcmd__policies__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter help policies list commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__help__subcmd__policies__subcmd__show_commands] )) ||
_tidewaiter__subcmd__help__subcmd__policies__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter help policies show commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__help__subcmd__report_commands] )) ||
_tidewaiter__subcmd__help__subcmd__report_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter help report commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__help__subcmd__scan_commands] )) ||
_tidewaiter__subcmd__help__subcmd__scan_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter help scan commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__help__subcmd__signatures_commands] )) ||
_tidewaiter__subcmd__help__subcmd__signatures_commands() {
    local commands; commands=(
'list:List the apps that have a signature' \
'show:Show the indicators of an app' \
'check:Check a folder of signatures and policies' \
    )
    _describe -t commands 'tidewaiter help signatures commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__help__subcmd__signatures__subcmd__check_commands] )) ||
_tidewaiter__subcmd__help__subcmd__signatures__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter help signatures check commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__help__subcmd__signatures__subcmd__list_commands] )) ||
_tidewaiter__subcmd__help__subcmd__signatures__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter help signatures list commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__help__subcmd__signatures__subcmd__show_commands] )) ||
_tidewaiter__subcmd__help__subcmd__signatures__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter help signatures show commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__help__subcmd__verify_commands] )) ||
_tidewaiter__subcmd__help__subcmd__verify_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter help verify commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__identify_commands] )) ||
_tidewaiter__subcmd__identify_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter identify commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__inventory_commands] )) ||
_tidewaiter__subcmd__inventory_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter inventory commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__man_commands] )) ||
_tidewaiter__subcmd__man_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter man commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__map_commands] )) ||
_tidewaiter__subcmd__map_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter map commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__merge_commands] )) ||
_tidewaiter__subcmd__merge_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter merge commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__policies_commands] )) ||
_tidewaiter__subcmd__policies_commands() {
    local commands; commands=(
'list:List policies' \
'show:Show what a policy names, by which instrument' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'tidewaiter policies commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__policies__subcmd__help_commands] )) ||
_tidewaiter__subcmd__policies__subcmd__help_commands() {
    local commands; commands=(
'list:List policies' \
'show:Show what a policy names, by which instrument' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'tidewaiter policies help commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__policies__subcmd__help__subcmd__help_commands] )) ||
_tidewaiter__subcmd__policies__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter policies help help commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__policies__subcmd__help__subcmd__list_commands] )) ||
_tidewaiter__subcmd__policies__subcmd__help__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter policies help list commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__policies__subcmd__help__subcmd__show_commands] )) ||
_tidewaiter__subcmd__policies__subcmd__help__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter policies help show commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__policies__subcmd__list_commands] )) ||
_tidewaiter__subcmd__policies__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter policies list commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__policies__subcmd__show_commands] )) ||
_tidewaiter__subcmd__policies__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter policies show commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__report_commands] )) ||
_tidewaiter__subcmd__report_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter report commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__scan_commands] )) ||
_tidewaiter__subcmd__scan_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter scan commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__signatures_commands] )) ||
_tidewaiter__subcmd__signatures_commands() {
    local commands; commands=(
'list:List the apps that have a signature' \
'show:Show the indicators of an app' \
'check:Check a folder of signatures and policies' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'tidewaiter signatures commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__signatures__subcmd__check_commands] )) ||
_tidewaiter__subcmd__signatures__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter signatures check commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__signatures__subcmd__help_commands] )) ||
_tidewaiter__subcmd__signatures__subcmd__help_commands() {
    local commands; commands=(
'list:List the apps that have a signature' \
'show:Show the indicators of an app' \
'check:Check a folder of signatures and policies' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'tidewaiter signatures help commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__signatures__subcmd__help__subcmd__check_commands] )) ||
_tidewaiter__subcmd__signatures__subcmd__help__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter signatures help check commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__signatures__subcmd__help__subcmd__help_commands] )) ||
_tidewaiter__subcmd__signatures__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter signatures help help commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__signatures__subcmd__help__subcmd__list_commands] )) ||
_tidewaiter__subcmd__signatures__subcmd__help__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter signatures help list commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__signatures__subcmd__help__subcmd__show_commands] )) ||
_tidewaiter__subcmd__signatures__subcmd__help__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter signatures help show commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__signatures__subcmd__list_commands] )) ||
_tidewaiter__subcmd__signatures__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter signatures list commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__signatures__subcmd__show_commands] )) ||
_tidewaiter__subcmd__signatures__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter signatures show commands' commands "$@"
}
(( $+functions[_tidewaiter__subcmd__verify_commands] )) ||
_tidewaiter__subcmd__verify_commands() {
    local commands; commands=()
    _describe -t commands 'tidewaiter verify commands' commands "$@"
}

if [ "$funcstack[1]" = "_tidewaiter" ]; then
    _tidewaiter "$@"
else
    compdef _tidewaiter tidewaiter
fi
