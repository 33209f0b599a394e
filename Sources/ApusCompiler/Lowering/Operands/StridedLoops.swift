import ApusGraph
import ApusInstructions
import ApusPlan

/// An operand of a general instruction: where its first element is, and how far apart the next ones lie.
struct StridedOperand {
    var place: Place
    var elementType: ElementType
    /// Elements from one sample to the next; 0 where all samples have the value in common.
    var sampleStride: Int
    /// Elements from one iteration of each loop to the next, the outermost loop first.
    var strides: [Int]

    init(_ stored: Stored, strides: [Int], offset: Int = 0) {
        place = stored.place.advanced(by: offset * stored.elementType.size)
        elementType = stored.elementType
        sampleStride = stored.sampleStride
        self.strides = strides
    }
}

/// Nested loops over several operands.
struct StridedLoops {
    /// Iterations, the outermost loop first.
    private(set) var extents: [Int]
    private(set) var operands: [StridedOperand]

    /// Loops that general instructions have.
    static let limit = 8

    init(_ extents: [Int], _ operands: [StridedOperand]) {
        self.extents = extents
        self.operands = operands
    }

    /// The same work in fewer and longer loops: two become one where the inner one, run to its end, arrives in every operand at the
    /// outer one's next iteration. Loops that run once are left out. O(loops · operands).
    func merged() -> StridedLoops {
        var result = StridedLoops([], operands)
        for index in operands.indices { result.operands[index].strides = [] }
        for (loop, extent) in extents.enumerated() where extent != 1 {
            let last = result.extents.count - 1
            let isContinued =
                last >= 0
                && operands.indices.allSatisfy {
                    result.operands[$0].strides[last] == operands[$0].strides[loop] * extent
                }
            if isContinued {
                result.extents[last] *= extent
                for index in operands.indices { result.operands[index].strides[last] = operands[index].strides[loop] }
            } else {
                result.extents.append(extent)
                for index in operands.indices { result.operands[index].strides.append(operands[index].strides[loop]) }
            }
        }
        return result
    }

    /// The extents in the form of instructions.
    var eight: Eight { Self.eight(extents, filling: 1) }

    /// The strides of an operand in the form of instructions.
    func strides(of operand: Int) -> Eight { Self.eight(operands[operand].strides, filling: 0) }

    /// - Precondition: there are no more numbers than ``limit``.
    private static func eight(_ numbers: [Int], filling: Int) -> Eight {
        let all = (Array(repeating: filling, count: limit - numbers.count) + numbers).map(Int32.init)
        return (all[0], all[1], all[2], all[3], all[4], all[5], all[6], all[7])
    }
}

extension Place {
    /// The place so many bytes on.
    func advanced(by bytes: Int) -> Place {
        switch self {
        case .none: .none
        case .activation(let buffer, let offset): .activation(buffer: buffer, offset: offset + bytes)
        case .fixed(let operand):
            .fixed(Operand(operand.arena, port: Int(operand.port), offset: operand.offset + bytes))
        }
    }
}

/// The distance of neighbours along each dimension of a row-major array.
func rowMajorStrides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    return strides
}

/// Strides that repeat an array of `shape` over `target`, aligned at the last dimension. Dimensions that `target` lacks have one
/// element.
func broadcastStrides(_ shape: [Int], over target: [Int]) -> [Int] {
    let own = rowMajorStrides(shape)
    return target.indices.map { axis in
        let place = axis - target.count + shape.count
        return place < 0 || shape[place] == 1 ? 0 : own[place]
    }
}

extension StoredType {
    /// How general instructions call an element type.
    init(_ type: ElementType) {
        self =
            switch type {
            case .f32: .float32
            case .f16: .float16
            case .bf16: .bfloat16
            case .f64: .float64
            case .i8: .int8
            case .u8: .uint8
            case .i16: .int16
            case .u16: .uint16
            case .i32: .int32
            case .u32: .uint32
            case .i64: .int64
            case .u64: .uint64
            case .bool: .boolean
            }
    }
}
