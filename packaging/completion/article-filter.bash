# bash completion for article-filter
_article_filter()
{
    local current=$2 previous=$3
    local options='--rules --rule --preset --site --url --type --charset --date --chunk --explain --diff --preview --csp --stats
        --check --quiet --presets --hold --memory --feed-fields --help --version'

    case $previous in
    -p | --preset)
        COMPREPLY=($(compgen -W "$(article-filter --presets 2>/dev/null | cut -d' ' -f1)" -- "$current"))
        return
        ;;
    --type)
        COMPREPLY=($(compgen -W 'auto html feed' -- "$current"))
        return
        ;;
    -e | --rule)
        COMPREPLY=($(compgen -W 'remove unwrap keep strip dedupe protect attribution feed-add feed-fields feed-remove preset lift' -- "$current"))
        return
        ;;
    --site | --url | --charset | --date | --chunk | --csp | --feed-fields | --hold | --memory)
        return
        ;;
    esac
    if [[ $current == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$current"))
        return
    fi
    COMPREPLY=($(compgen -f -- "$current"))
    if [[ $COMP_CWORD -eq 1 ]]; then
        COMPREPLY+=($(compgen -W 'explain suggest' -- "$current"))
    fi
}
complete -o filenames -F _article_filter article-filter
