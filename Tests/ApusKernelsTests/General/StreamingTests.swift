import ApusInstructions
import Glibc
import Testing

/// Results of more bytes than a cache holds are written past it. They are the same as those of calls for fewer rows, which are
/// not, wherever they begin in a cache line.
@Suite struct StreamingTests {
    /// Rows of the large calls; columns that are whole cache lines, and ones that aren't.
    private static let rows = 4176
    private static let columns = [1024, 1027]

    /// Calls `compute` for all rows and for some at a time, with the offset of the first element and what to write to, which
    /// begins `shift` elements after a cache line.
    private func expectSameBits(
        _ set: InstructionSet, columns: Int, shift: Int, _ note: String,
        _ compute: (_ rows: Int, _ firstRow: Int, _ result: UnsafeMutablePointer<Float>) -> Void
    ) {
        let count = Self.rows * columns
        let whole = UnsafeMutablePointer<Float>.allocateLines(count + 64)
        let parts = UnsafeMutablePointer<Float>.allocateLines(count + 64)
        defer {
            whole.deallocate()
            parts.deallocate()
        }
        memset(whole, 0xA5, 4 * (count + 64))
        memset(parts, 0xA5, 4 * (count + 64))
        compute(Self.rows, 0, whole + 16 + shift)
        for part in 0..<4 {
            let first = part * Self.rows / 4
            compute(Self.rows / 4, first, parts + 16 + shift + first * columns)
        }
        #expect(memcmp(whole, parts, 4 * (count + 64)) == 0, "\(set), \(note), \(columns) columns, \(shift)")
        #expect(whole[16 + shift + count - 1].bitPattern != 0xA5A5_A5A5)
    }

    @Test(arguments: InstructionSet.available)
    func manyRowsAreWhatFewAre(set: InstructionSet) throws {
        for columns in Self.columns {
            let count = Self.rows * columns
            let source = UnsafeMutablePointer<Float>.allocateLines(count)
            defer { source.deallocate() }
            for index in 0..<count { source[index] = Float(index * 7919 % 4001) * 0.003 - 6 }
            source[columns] = .nan
            source[3 * columns + 5] = .infinity
            for shift in [0, 1] {
                expectSameBits(set, columns: columns, shift: shift, "softmax") { rows, first, result in
                    let parameters = RowParameters(
                        count: columns, rows: rows, rowStride: columns, sampleStride: rows * columns)
                    set.call(.softmax, [source + first * columns, result], plainBytes(parameters))
                }
                expectSameBits(set, columns: columns, shift: shift, "normalizeRows") { rows, first, result in
                    var parameters = NormalizeRowsParameters(count: columns, rows: rows, epsilon: 1e-5)
                    parameters.channels = Int32(columns)
                    set.call(
                        .normalizeRows, [source + first * columns, source + 7, source + 70, result, nil, nil],
                        plainBytes(parameters))
                }
                expectSameBits(set, columns: columns, shift: shift, "map") { rows, first, result in
                    let all = MapOperand(strides: eight([0, 0, 0, 0, 0, 0, columns, 1]))
                    var parameters = MapParameters(
                        extents: eight([1, 1, 1, 1, 1, 1, rows, columns]), computeType: .float32, sourceCount: 2,
                        stepCount: 1, destination: all)
                    parameters.sources.0 = all
                    parameters.sources.1 = MapOperand(strides: eight([0, 0, 0, 0, 0, 0, 0, 1]))
                    set.call(
                        .map, [source + first * columns, source + 7, result],
                        plainBytes(parameters, [MapStep(.add, first: 0, second: 1, result: 2)]))
                }
                expectSameBits(set, columns: columns, shift: shift, "transpose") { rows, first, result in
                    // The rows of the result are columns of the source.
                    let parameters = CopyParameters(
                        extents: eight([1, 1, 1, 1, 1, 1, rows, columns]), elementBytes: 4,
                        sourceStrides: eight([0, 0, 0, 0, 0, 0, 1, Self.rows]),
                        destinationStrides: eight([0, 0, 0, 0, 0, 0, columns, 1]))
                    set.call(.copy, [source + first, result], plainBytes(parameters))
                    for (row, column) in [(0, 0), (1, columns - 1), (rows - 1, 0), (rows - 1, columns - 1)] {
                        #expect(
                            result[row * columns + column].bitPattern
                                == source[column * Self.rows + first + row].bitPattern)
                    }
                }
            }
        }
    }
}

extension UnsafeMutablePointer<Float> {
    /// Memory for `count` numbers that begins with a cache line.
    fileprivate static func allocateLines(_ count: Int) -> Self {
        UnsafeMutableRawPointer.allocate(byteCount: 4 * count, alignment: 64).bindMemory(
            to: Float.self, capacity: count)
    }
}

extension InstructionSet {
    /// Runs one instruction on one sample.
    fileprivate func call(_ opcode: Opcode, _ operands: [UnsafeMutablePointer<Float>?], _ parameters: [UInt8]) {
        guard let kernel = kernel(opcode) else {
            Issue.record("\(self) has no kernel for \(opcode)")
            return
        }
        operands.map { UnsafeMutableRawPointer($0) }.withUnsafeBufferPointer { addresses in
            parameters.withUnsafeBytes { kernel(addresses.baseAddress!, $0.baseAddress!, 1) }
        }
    }
}
