import ApusInstructions

/// An element as its type holds it, and conversions as `map` documents them, in the plainest way.
enum StoredElement: Equatable {
    case number(Double)
    case integer(Int64)
}

extension GuardedBytes {
    /// Stores random elements of a type at all places that fit the extent.
    func randomize(_ type: StoredType, _ indices: Range<Int>, _ random: inout SeededGenerator) {
        let special: [Double] = [
            0, -0.0, 1, -1, .nan, .infinity, -.infinity, 300, -300, 3e9, -3e9, 1e19, -1e19, 65519, 65520,
        ]
        for index in indices {
            let number =
                random.int(0...5) == 0
                ? special.randomElement(using: &random)! : Double.random(in: -9...9, using: &random)
            let half = Bool.random(using: &random) ? (number * 2).rounded() / 2 : number
            let bits = random.next()
            let integer = Bool.random(using: &random) ? bits : UInt64(bitPattern: Int64(bits % 17) - 8)
            switch type {
            case .float32: self[index, as: Float.self] = Float(half)
            case .float16: self[index, as: Float16.self] = Float16(half)
            case .bfloat16: self[index, as: UInt16.self] = UInt16(Float(half).bitPattern >> 16)
            case .float64: self[index, as: Double.self] = half
            case .int8, .uint8: self[index, as: UInt8.self] = UInt8(truncatingIfNeeded: integer)
            case .int16, .uint16: self[index, as: UInt16.self] = UInt16(truncatingIfNeeded: integer)
            case .int32, .uint32: self[index, as: UInt32.self] = UInt32(truncatingIfNeeded: integer)
            case .int64, .uint64: self[index, as: UInt64.self] = integer
            case .boolean: self[index, as: UInt8.self] = UInt8(bits & 1)
            }
        }
    }

    func element(_ index: Int, _ type: StoredType) -> StoredElement {
        switch type {
        case .float32: .number(Double(self[index, as: Float.self]))
        case .float16: .number(Double(self[index, as: Float16.self]))
        case .bfloat16: .number(Double(Float(bitPattern: UInt32(self[index, as: UInt16.self]) << 16)))
        case .float64: .number(self[index, as: Double.self])
        case .int8: .integer(Int64(self[index, as: Int8.self]))
        case .uint8, .boolean: .integer(Int64(self[index, as: UInt8.self]))
        case .int16: .integer(Int64(self[index, as: Int16.self]))
        case .uint16: .integer(Int64(self[index, as: UInt16.self]))
        case .int32: .integer(Int64(self[index, as: Int32.self]))
        case .uint32: .integer(Int64(self[index, as: UInt32.self]))
        case .int64: .integer(self[index, as: Int64.self])
        case .uint64: .integer(Int64(bitPattern: self[index, as: UInt64.self]))
        }
    }
}

extension StoredElement {
    /// The element as a register of a compute type holds it; `type` is the type it was stored as.
    func loaded(from type: StoredType, in compute: ComputeType) -> StoredElement {
        switch (self, compute) {
        case (.number(let number), .float32): .number(Double(Float(number)))
        case (.number, .float64): self
        case (.number(let number), .int64): .integer(Self.saturated(number, .int64))
        case (.integer, .int64): self
        case (.integer(let integer), .float32):
            .number(Double(type == .uint64 ? Float(UInt64(bitPattern: integer)) : Float(integer)))
        case (.integer(let integer), .float64):
            .number(type == .uint64 ? Double(UInt64(bitPattern: integer)) : Double(integer))
        }
    }

    /// A register as an element of a type.
    func stored(as type: StoredType) -> StoredElement {
        switch (type, self) {
        case (.float32, .number(let number)): .number(Double(Float(number)))
        case (.float16, .number(let number)): .number(Double(Float16(number)))
        case (.bfloat16, .number(let number)): .number(Self.nearestBrain(number))
        case (.float64, .number): self
        case (.boolean, .number(let number)): .integer(number != 0 ? 1 : 0)
        case (_, .number(let number)): .integer(Self.saturated(number, type))
        case (.float32, .integer(let integer)): .number(Double(Float(integer)))
        case (.float16, .integer(let integer)): .number(Double(Float16(Float(integer))))
        case (.bfloat16, .integer(let integer)): .number(Self.nearestBrain(Double(Float(integer))))
        case (.float64, .integer(let integer)): .number(Double(integer))
        case (.int8, .integer(let integer)): .integer(Int64(Int8(truncatingIfNeeded: integer)))
        case (.uint8, .integer(let integer)): .integer(Int64(UInt8(truncatingIfNeeded: integer)))
        case (.int16, .integer(let integer)): .integer(Int64(Int16(truncatingIfNeeded: integer)))
        case (.uint16, .integer(let integer)): .integer(Int64(UInt16(truncatingIfNeeded: integer)))
        case (.int32, .integer(let integer)): .integer(Int64(Int32(truncatingIfNeeded: integer)))
        case (.uint32, .integer(let integer)): .integer(Int64(UInt32(truncatingIfNeeded: integer)))
        case (.int64, .integer), (.uint64, .integer): self
        case (.boolean, .integer(let integer)): .integer(integer != 0 ? 1 : 0)
        }
    }

    /// Whether two elements are the same, NaN and NaN included.
    func isSame(as other: StoredElement) -> Bool {
        if case .number(let a) = self, case .number(let b) = other, a.isNaN && b.isNaN { return true }
        return self == other
    }

    private static func saturated(_ number: Double, _ type: StoredType) -> Int64 {
        func limited<Whole: FixedWidthInteger>(_ whole: Whole.Type) -> Whole {
            if number.isNaN { return 0 }
            return Whole(exactly: number.rounded(.towardZero)) ?? (number < 0 ? .min : .max)
        }
        switch type {
        case .int8: return Int64(limited(Int8.self))
        case .uint8: return Int64(limited(UInt8.self))
        case .int16: return Int64(limited(Int16.self))
        case .uint16: return Int64(limited(UInt16.self))
        case .int32: return Int64(limited(Int32.self))
        case .uint32: return Int64(limited(UInt32.self))
        case .uint64: return Int64(bitPattern: limited(UInt64.self))
        default: return limited(Int64.self)
        }
    }

    /// The nearest number of eight significant bits.
    private static func nearestBrain(_ number: Double) -> Double {
        guard number.isFinite && number != 0 else { return number }
        let place = Double(sign: .plus, exponent: number.exponent - 7, significand: 1)
        let rounded = (number / place).rounded(.toNearestOrEven) * place
        return abs(rounded) > Double(Float.greatestFiniteMagnitude) ? rounded * .infinity : rounded
    }
}
