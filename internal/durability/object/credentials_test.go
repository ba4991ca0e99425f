package object

import "testing"

// TestCredentials takes those of the options where both are given, else those of the environment.
func TestCredentials(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "environment")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "hush")
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{}, "environment"},
		{Options{AccessKey: "half"}, "environment"},
		{Options{AccessKey: "whole", SecretKey: "hush"}, "whole"},
	} {
		v, err := c.o.credentials().GetWithContext(nil)
		if err != nil || v.AccessKeyID != c.want || v.SecretAccessKey != "hush" {
			t.Errorf("%+v: got %+v, %v", c.o, v, err)
		}
	}
}
