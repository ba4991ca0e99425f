package bolt

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"memgraphd/internal/bolt/message"
	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/memory"
)

// requestError is a failure of the protocol itself: what the client asks for cannot be.
type requestError struct{ message.Failure }

// Error returns the message.
func (e *requestError) Error() string { return e.Message }

// refuse returns the failure of a request; the message begins with its stable name.
func refuse(code, format string, args ...any) *requestError {
	return &requestError{message.Failure{Code: code, Message: fmt.Sprintf(format, args...)}}
}

// invalid returns the failure of a request whose content makes no sense.
func invalid(format string, args ...any) *requestError {
	return refuse(message.CodeInvalid, "InvalidRequest: "+format, args...)
}

// errTerminated ends a request that a RESET overtook.
func errTerminated() error {
	return failure.New(failure.ClientError, failure.Runtime, "Terminated", "the client ended the request").
		WithCode(message.CodeTerminated)
}

// explain turns an error of the engine or of decoding into what the client reads.
func (c *conn) explain(err error) *message.Failure {
	var request *requestError
	var syntax *packstream.SyntaxError
	var limit *packstream.LimitError
	var structure *packstream.StructureError
	switch {
	case errors.As(err, &request):
		return &request.Failure
	case errors.As(err, &syntax):
		return &message.Failure{Code: message.CodeInvalid, Message: "MalformedMessage: " + syntax.Error()}
	case errors.As(err, &limit):
		c.srv.refusals.add(turnedMessage)
		return &message.Failure{Code: message.CodeLimit, Message: "MessageLimit: " + limit.Error()}
	case errors.As(err, &structure):
		name := "InvalidParameterType: "
		if structure.Reason != "" {
			name = "InvalidParameterValue: "
		}
		return &message.Failure{Code: message.CodeType, Message: name + structure.Error()}
	case failure.Of(err) != nil: // has its own code and hint, what limit lay beneath or not
		return failureMessage(failure.Of(err), causesMax)
	case asMemoryLimit(err) != nil:
		return &message.Failure{Code: message.CodeMemory, Message: "MemoryLimitExceeded: " + asMemoryLimit(err).Error()}
	}
	if errors.Is(err, context.Canceled) {
		return &message.Failure{Code: message.CodeTerminated, Message: "Terminated: the connection or the server ended the request"}
	}
	c.log.Error("a request failed in an unexpected way", zap.Error(err))
	return &message.Failure{Code: message.CodeUnknown, Message: "InternalError: " + err.Error()}
}

// causesMax bounds how many causes of a failure are kept.
const causesMax = 8

// failureMessage returns the form on the wire of a failure of the engine.
func failureMessage(e *failure.Error, causes int) *message.Failure {
	f := &message.Failure{Code: e.Code, Message: e.Error(), Status: e.GQL}
	if p := e.Position; p != nil {
		f.Position = &message.Position{Offset: int64(p.Offset), Line: int64(p.Line), Column: int64(p.Column)}
	}
	if beneath := failure.Of(e.Cause); beneath != nil && causes > 0 {
		f.Cause = failureMessage(beneath, causes-1)
		f.Cause.Code = ""
	}
	return f
}

// asMemoryLimit returns the refusal of a budget in err's chain, or nil.
func asMemoryLimit(err error) *memory.LimitError {
	limit, _ := errors.AsType[*memory.LimitError](err)
	return limit
}
