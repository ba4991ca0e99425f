package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set by the linker (make build).
var version string

// versionName is the version, or "dev" for a binary that was built without make.
func versionName() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}

// buildName says with what and for what the binary was built.
func buildName() string {
	return fmt.Sprintf("%s %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
