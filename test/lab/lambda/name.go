package lambda

import (
	"regexp"
	"strings"
)

// latest is the qualifier of the version that is not published.
const latest = "$LATEST"

var (
	nameRule      = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)
	qualifierRule = regexp.MustCompile(`^(\$LATEST|[a-zA-Z0-9_-]{1,128})$`)
)

// parseName splits what a path may hold as a function: NAME, ACCOUNT:function:NAME or a whole ARN, each with an optional
// :QUALIFIER, which must agree with the one from the query. No qualifier at all means $LATEST.
func parseName(text, query string) (name, qualifier string, err error) {
	parts := strings.Split(text, ":")
	for i, part := range parts {
		if part == "function" && i < len(parts)-1 {
			parts = parts[i+1:]
			break
		}
	}
	name = parts[0]
	if len(parts) > 1 {
		qualifier = parts[1]
	}
	if len(parts) > 2 || !nameRule.MatchString(name) {
		return "", "", invalid("1 validation error detected: Value '%s' at 'functionName' failed to satisfy constraint: expected a name, a partial ARN or an ARN", text)
	}
	if query != "" && qualifier != "" && query != qualifier {
		return "", "", invalid("The derived qualifier from the function name does not match the specified qualifier.")
	}
	if qualifier == "" {
		qualifier = query
	}
	if qualifier == "" {
		qualifier = latest
	}
	if !qualifierRule.MatchString(qualifier) {
		return "", "", invalid("1 validation error detected: Value '%s' at 'qualifier' failed to satisfy constraint: expected $LATEST, a version or an alias", qualifier)
	}
	return name, qualifier, nil
}

// arn of a function, or with a qualifier of one of its versions or aliases.
func (h *Host) arn(name, qualifier string) string {
	arn := "arn:aws:lambda:" + h.config.Region + ":" + h.config.Account + ":function:" + name
	if qualifier != "" {
		arn += ":" + qualifier
	}
	return arn
}
