import Glibc

// What libFuzzer calls: it brings its own main. The variable FUZZ_TARGET names the reader.

private let reader: Reader = {
    let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let reader = Reader(rawValue: name) else {
        print("set FUZZ_TARGET to one of \(Reader.allCases.map(\.rawValue).joined(separator: ", "))")
        exit(64)
    }
    return reader
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    reader.read(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
