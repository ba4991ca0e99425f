// Package deploy tries what is released as an operator would: the packages on a fresh Debian
// with systemd, through install, upgrade and purge; the unit under a real systemd; the root
// file system of the container; and that the same source gives the same bytes.
//
// The machines are namespaces of this one, which needs root. What cannot be had is skipped,
// with the reason; make debian and make systemd run everything.
package deploy
