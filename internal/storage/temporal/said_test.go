package temporal

import "fmt"

// said is the text of a value, or of the error that came instead.
func said(x fmt.Stringer, err error) string {
	if err != nil {
		return err.Error()
	}
	return x.String()
}
