package object

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"memgraphd/internal/durability/vfs"
)

// ArchiveSuffix is what the name of an archive file ends with.
const ArchiveSuffix = ".mgbackup"

// Options of a store.
type Options struct {
	// FS is where directories and archive files are; the operating system's if nil.
	FS vfs.FS
	// Now gives the time of the entries of an archive file; without it they have none.
	Now func() time.Time
	// Endpoint is the URL of the S3-compatible server; without it the environment
	// (AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL) or Amazon's.
	Endpoint string
	// Region is the region of the bucket; without it the environment (AWS_REGION,
	// AWS_DEFAULT_REGION) or what the server says.
	Region string
	// AccessKey and SecretKey are the credentials for a bucket; without both, those that the
	// programs of Amazon would find.
	AccessKey, SecretKey string
}

// LocationKind says where a store is.
type LocationKind uint8

// The kinds of locations.
const (
	LocationDirectory LocationKind = iota + 1
	LocationArchive                // one file
	LocationS3
)

// Location is a parsed location.
type Location struct {
	Kind   LocationKind
	Path   string // of a directory or a file
	Bucket string
	Prefix string // of the names in the bucket: empty, or with '/' at its end
}

// String writes the location as ParseLocation reads it.
func (l Location) String() string {
	if l.Kind == LocationS3 {
		return strings.TrimSuffix("s3://"+l.Bucket+"/"+l.Prefix, "/")
	}
	return l.Path
}

// ParseLocation reads /dir, file:///dir, /x/y.mgbackup or s3://bucket/prefix.
func ParseLocation(text string) (Location, error) {
	scheme, rest, found := strings.Cut(text, "://")
	switch {
	case text == "":
		return Location{}, errors.New("the location is empty: give a directory, a file ending with " + ArchiveSuffix + ", or s3://bucket/prefix")
	case !found:
		return pathLocation(text), nil
	case scheme == "file":
		u, err := url.Parse(text)
		if err != nil || u.Host != "" && u.Host != "localhost" || !strings.HasPrefix(u.Path, "/") || u.RawQuery != "" || u.Fragment != "" {
			return Location{}, fmt.Errorf("%q is not a location: write file:///path", text)
		}
		return pathLocation(u.Path), nil
	case scheme == "s3":
		bucket, prefix, _ := strings.Cut(rest, "/")
		prefix = strings.Trim(prefix, "/")
		if CheckName(bucket) != nil || prefix != "" && CheckName(prefix) != nil {
			return Location{}, errors.New("an S3 location is s3://bucket/prefix, of letters, digits, '.', '-', '_' and '/'; " +
				"credentials come from the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)")
		}
		if prefix != "" {
			prefix += "/"
		}
		return Location{Kind: LocationS3, Bucket: bucket, Prefix: prefix}, nil
	}
	return Location{}, fmt.Errorf("locations of the kind %s:// are not known: give a directory, a file ending with %s, or s3://bucket/prefix",
		scheme, ArchiveSuffix)
}

func pathLocation(path string) Location {
	path = filepath.Clean(path)
	if strings.HasSuffix(path, ArchiveSuffix) {
		return Location{Kind: LocationArchive, Path: path}
	}
	return Location{Kind: LocationDirectory, Path: path}
}

// Open opens a store: a directory (/dir or file:///dir), an archive file (/x/y.mgbackup),
// or a bucket (s3://bucket/prefix). It makes nothing: what is missing is made by the first
// Put, and a store that is not there is one without objects.
func Open(ctx context.Context, location string, o Options) (Store, error) {
	l, err := ParseLocation(location)
	if err != nil {
		return nil, err
	}
	if o.FS == nil {
		o.FS = vfs.OS()
	}
	switch l.Kind {
	case LocationDirectory:
		return newDirectory(o.FS, l.Path), nil
	case LocationArchive:
		return openArchive(o, l.Path)
	case LocationS3:
		return openBucket(ctx, o, l)
	}
	return nil, fmt.Errorf("%q is not a location", location)
}

func parentOf(path string) string { return filepath.Dir(path) }
