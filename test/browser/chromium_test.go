package browser

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// window is a page in a headless Chromium, spoken to in the protocol of its developer tools.
type window struct {
	ctx     context.Context
	ws      *websocket.Conn
	last    int
	session string
}

// command is what the browser is asked.
type command struct {
	ID      int            `json:"id"`
	Session string         `json:"sessionId,omitempty"`
	Method  string         `json:"method"`
	Params  map[string]any `json:"params,omitempty"`
}

// openWindow starts path and opens an empty page, until the end of the test.
func openWindow(t *testing.T, path string) *window {
	t.Helper()
	c := exec.CommandContext(t.Context(), path, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--ignore-certificate-errors", "--no-first-run", "--window-size=700,760", "--remote-debugging-port=0", "--user-data-dir="+t.TempDir(), "about:blank")
	said, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err = c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
		time.Sleep(200 * time.Millisecond) // its other processes leave the directory
	})
	address := ""
	for lines := bufio.NewScanner(said); address == "" && lines.Scan(); {
		if _, rest, ok := strings.Cut(lines.Text(), "DevTools listening on "); ok {
			address = rest
		}
	}
	go func() { _, _ = io.Copy(io.Discard, said) }()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	w := &window{ctx: ctx}
	if w.ws, _, err = websocket.Dial(ctx, address, nil); err != nil { //nolint:bodyclose // the library closes it
		t.Fatalf("%q: %v", address, err)
	}
	w.ws.SetReadLimit(-1)
	t.Cleanup(func() { _ = w.ws.CloseNow() })
	var target struct {
		ID      string `json:"targetId"`
		Session string `json:"sessionId"`
	}
	if err := w.do("Target.createTarget", map[string]any{"url": "about:blank"}, &target); err != nil {
		t.Fatal(err)
	}
	if err := w.do("Target.attachToTarget", map[string]any{"targetId": target.ID, "flatten": true}, &target); err != nil {
		t.Fatal(err)
	}
	w.session = target.Session
	return w
}

// do sends a command and decodes its answer.
func (w *window) do(method string, params map[string]any, to any) error {
	w.last++
	if err := wsjson.Write(w.ctx, w.ws, command{ID: w.last, Session: w.session, Method: method, Params: params}); err != nil {
		return err
	}
	for {
		var answer struct {
			ID     int             `json:"id"`
			Result json.RawMessage `json:"result"`
			Error  *struct {
				Message string `json:"message"`
			} `json:"error"`
		}
		if err := wsjson.Read(w.ctx, w.ws, &answer); err != nil {
			return err
		}
		switch {
		case answer.ID != w.last:
		case answer.Error != nil:
			return errors.New(method + ": " + answer.Error.Message)
		case to == nil:
			return nil
		default:
			return json.Unmarshal(answer.Result, to)
		}
	}
}

// show opens a page and waits until its title is not before any more.
func (w *window) show(url, before string) (title string, err error) {
	if err := w.do("Page.navigate", map[string]any{"url": url}, nil); err != nil {
		return "", err
	}
	for limit := time.Now().Add(30 * time.Second); time.Now().Before(limit); time.Sleep(50 * time.Millisecond) {
		var value struct {
			Result struct {
				Value string `json:"value"`
			} `json:"result"`
		}
		if err := w.do("Runtime.evaluate", map[string]any{"expression": "location.href + ' ' + document.title"}, &value); err != nil {
			return "", err
		}
		if title, ok := strings.CutPrefix(value.Result.Value, url+" "); ok && title != "" && title != before {
			return title, nil
		}
	}
	return "", fmt.Errorf("%s is still %q", url, before)
}

// picture returns the page as PNG.
func (w *window) picture() ([]byte, error) {
	var shot struct {
		Data []byte `json:"data"`
	}
	err := w.do("Page.captureScreenshot", map[string]any{"format": "png"}, &shot)
	return shot.Data, err
}
