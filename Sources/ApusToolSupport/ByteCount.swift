import ApusFiles
import ApusText
import ArgumentParser

/// Reads an option's number of bytes: `4096`, `32K`, `1.5M` or `2G`, in powers of 1,024.
package func byteCount(_ text: String) throws -> Int {
    guard let bytes = parsedByteCount(text) else {
        throw ValidationError("'\(text)' is no number of bytes; write 4096, 32K, 1.5M or 2G")
    }
    return bytes
}

/// `--memory-limit 64M`: holds from the moment in which the arguments are read.
package struct MemoryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Give no file, image, array, plan or session more memory than so many bytes: 4096, 32K, 1.5M or 2G.",
            valueName: "bytes"),
        transform: byteCount)
    private var memoryLimit: Int?

    package init() {}

    package func validate() throws {
        if let memoryLimit { MemoryLimit.set(memoryLimit) }
    }
}
