// Package alerts evaluates the alerts and the dashboard in deploy/ with Prometheus' own engine on what running
// servers tell: each expression has data under load, no alert is raised by a server that is well, and each trouble
// raises the alert that is for it. The tests have a tag and alerts.mod of their own, so that only `make alerts`
// needs Prometheus.
package alerts
