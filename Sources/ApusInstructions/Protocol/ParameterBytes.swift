/// The bytes of an instruction's parameters, as they stand in a plan: nothing of them has been checked.
///
/// Every field of a parameter structure is four bytes wide, so that the structure is stored as it lies in memory.
package struct ParameterBytes: Sendable {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The bytes of a structure.
    package init(_ parameters: some BitwiseCopyable) {
        bytes = unsafe withUnsafeBytes(of: parameters) { unsafe Array($0) }
    }

    /// The structure that the bytes begin with, followed by exactly `trailing` more bytes.
    package func load<Parameters: BitwiseCopyable>(
        _ type: Parameters.Type, trailing: Int = 0
    ) throws(ParameterError) -> Parameters {
        guard trailing >= 0, bytes.count == MemoryLayout<Parameters>.size + trailing else {
            throw ParameterError(
                "the parameters have \(bytes.count) bytes instead of \(MemoryLayout<Parameters>.size + max(0, trailing))"
            )
        }
        return unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: type) }
    }

    /// What follows the first `header` bytes: a list of `Element`, and nothing else.
    package func loadList<Element: BitwiseCopyable>(
        of type: Element.Type, after header: Int
    ) throws(ParameterError) -> [Element] {
        let trailing = bytes.count - header
        guard trailing >= 0, trailing.isMultiple(of: MemoryLayout<Element>.stride) else {
            throw ParameterError("the parameters have \(bytes.count) bytes")
        }
        return unsafe bytes.withUnsafeBytes { bytes in
            stride(from: header, to: bytes.count, by: MemoryLayout<Element>.stride).map {
                unsafe bytes.loadUnaligned(fromByteOffset: $0, as: type)
            }
        }
    }
}

/// Parameters that no kernel can compute with.
package struct ParameterError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What of them is wrong.
    package var description: String

    package init(_ description: String) { self.description = description }
}
