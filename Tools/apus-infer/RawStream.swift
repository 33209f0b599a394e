import ApusFiles
import ApusPlan
import ApusRuntime
import Glibc

/// Samples that go at once where a pipe brings so many.
private let rawBatch = 64

/// Answers the f32 samples of standard input on standard output, in the same order and in the output's own type, each normalized as the
/// model says. Whatever has come is answered before more is waited for.
func answerStream(_ arguments: Arguments) throws(Failure) {
    let wanted = arguments.batch ?? rawBatch
    let plan = try loadPlan(arguments, batch: wanted)
    guard plan.inputs.count == 1, plan.inputs[0].elementType == .f32, plan.hasBatch else {
        throw Failure("--raw is for networks of one input that is f32; give --input NAME=FILE")
    }
    guard plan.outputs.count == 1 else {
        let names = plan.outputs.map { $0.name }.joined(separator: ", ")
        throw Failure("--raw gives one output, and the network has \(names); choose one with --until")
    }
    guard !plan.outputs[0].isShared else {
        throw Failure("--raw gives an answer for each sample, and all samples have '\(plan.outputs[0].name)' in common")
    }
    let preparation = try NumberPreparation(plan)
    var network = try Network(plan, wanted: wanted, arguments)
    let sampleBytes = plan.inputs[0].sampleBytes
    let answerBytes = plan.outputs[0].sampleBytes
    let input = unsafe network.inputs[0]
    let output = unsafe UnsafeRawBufferPointer(network.outputs[0])
    var stream = SampleStream(STDIN_FILENO, sampleBytes: sampleBytes)
    while true {
        let whole: Int?
        do throws(SystemError) { whole = try unsafe stream.read(into: input) } catch {
            throw Failure("can't read standard input: \(systemErrorText(error.code))")
        }
        guard let whole else { break }
        if whole == 0 { continue }
        if let preparation {
            let numbers = unsafe UnsafeMutableBufferPointer(
                start: input.baseAddress?.assumingMemoryBound(to: Float.self), count: whole * sampleBytes / 4)
            var span = unsafe MutableSpan(_unsafeElements: numbers)
            preparation.apply(to: &span)
        }
        do { try network.run(samples: whole) } catch { throw Failure(error.description) }
        try checkAnswer(
            unsafe writeAll(
                RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: output[..<(whole * answerBytes)])),
                to: STDOUT_FILENO))
        unsafe stream.remove(samples: whole, from: input)
    }
    guard stream.filled == 0 else {
        throw Failure(
            "standard input ends within sample \(stream.removed): \(stream.filled) of its \(sampleBytes) bytes are "
                + "there; give whole samples of \(plan.inputs[0].sampleElements) f32")
    }
}
