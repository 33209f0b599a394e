import ApusPlan

/// The body of a request, in whatever memory the front end has it.
package protocol RequestBody: Sendable {
    /// Hands over a range of the bytes.
    func withBytes(_ range: Range<Int>, _ body: (RawSpan) -> Void)
}

/// A body that no input lies in.
package struct NoBody: RequestBody {
    package init() {}
    package func withBytes(_ range: Range<Int>, _ body: (RawSpan) -> Void) {}
}

/// A request that waits for its batch.
package struct InferenceTask: Sendable {
    package let request: InferenceRequest
    package let body: any RequestBody
    /// When it came, in nanoseconds of ``now()``.
    package let arrival: UInt64
    /// When it isn't worth an answer any more.
    package let deadline: UInt64
    /// Takes the answer, on the thread that computed it; the answer's memory is valid until it returns.
    package let complete: @Sendable (Result<InferenceAnswer, RequestError>) -> Void

    package init(
        request: InferenceRequest, body: any RequestBody, arrival: UInt64, deadline: UInt64,
        complete: @escaping @Sendable (Result<InferenceAnswer, RequestError>) -> Void
    ) {
        self.request = request
        self.body = body
        self.arrival = arrival
        self.deadline = deadline
        self.complete = complete
    }
}

/// A request's part of the outputs of a run.
package struct InferenceAnswer {
    package let request: InferenceRequest
    package let signature: ModelSignature
    let runner: ModelRunner
    let first: Int

    /// The bytes of an output.
    package func withOutput<Result>(_ port: Int, _ body: (RawSpan) -> Result) -> Result {
        runner.withOutput(port, samples: first..<first + request.samples, body)
    }

    /// The shape of an output.
    package func shape(of output: InferenceRequest.Output) -> [Int] {
        let port = signature.outputs[output.port]
        let samples = port.isShared ? [] : [request.samples]
        return output.classes > 0 ? samples + [min(output.classes, port.sampleElements)] : samples + port.sampleShape
    }
}
