package server

import "testing"

// TestNoAddressOfThisMachine listens at an address for documentation, which nobody has.
func TestNoAddressOfThisMachine(t *testing.T) {
	t.Parallel()
	l, err := port{address: "192.0.2.1", number: 0, addressFlag: "--bolt-address", numberFlag: "--bolt-port"}.listen()
	if err == nil {
		_ = l.Close()
		t.Skip("the machine has it after all")
	}
	if want := "--bolt-address: 192.0.2.1 is no address of this machine; 0.0.0.0 stands for all that it has"; err.Error() != want {
		t.Errorf("got %v", err)
	}
}
