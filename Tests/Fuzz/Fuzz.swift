import ApusFiles
import Glibc
import Readers

/// Has libFuzzer change what a reader reads: the one that the variable FUZZ_TARGET names.
@main
enum Fuzz {
    private static let reader = getenv("FUZZ_TARGET").flatMap { Reader(rawValue: String(cString: $0)) }

    static func main() {
        guard reader != nil else {
            print("set FUZZ_TARGET to one of \(Reader.allCases.map(\.rawValue).joined(separator: ", "))")
            exit(64)
        }
        MemoryLimit.set(Reader.memoryLimit)
        var count = CommandLine.argc
        var words = CommandLine.unsafeArgv
        exit(runFuzzer(&count, &words) { Fuzz.read($0, $1) })
    }

    private static func read(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
        if let reader { _ = reader.read(reader.mended(Array(UnsafeBufferPointer(start: start, count: count)))) }
        return 0
    }
}

/// libFuzzer's main, for a program that has one of its own.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ read: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt
