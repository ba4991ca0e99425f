package object

import "errors"

func openArchive(Options, string) (Store, error) {
	return nil, errors.New("archive files are not written yet")
}
