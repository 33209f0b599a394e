/// Where a tile's sums belong in the destination.
struct MatrixPlace {
    let row: Int
    let column: Int
    let rows: Int
    let columns: Int
    /// Vectors of each row of sums.
    let vectors: Int
}

extension MatrixProduct {
    /// Brings what the destination holds into a tile's sums.
    func load(_ memory: MatrixTilePointer, _ place: MatrixPlace, _ destination: Floats) {
        for row in 0..<place.rows {
            let values =
                destination + (place.row + row) &* self.destination.row + place.column &* self.destination.column
            for vector in 0..<place.vectors {
                let count = min(lanes, place.columns - vector &* lanes)
                memory.pointee.sums[row &* place.vectors + vector] = destinationVector(values, vector, count)
            }
        }
    }

    /// Makes results of a tile's sums, which are those of the first block of terms, of the last, of both or of neither.
    func store(
        _ memory: MatrixTilePointer, _ place: MatrixPlace, _ destination: Floats, isFirst: Bool, isLast: Bool
    ) {
        let adds = !isOneSum && (accumulates || !isFirst)
        let bias = isFirst ? bias : nil
        let relu = relu && isLast
        if self.destination.column == 1 && place.columns == place.vectors &* lanes {
            return storeWhole(memory, place, destination, bias, adds: adds, relu: relu)
        }
        for row in 0..<place.rows {
            let values =
                destination + (place.row + row) &* self.destination.row + place.column &* self.destination.column
            let rowBias = biasAlongRows ? bias.map { $0[place.row + row] } ?? 0 : 0
            for vector in 0..<place.vectors {
                let count = min(lanes, place.columns - vector &* lanes)
                var value = memory.pointee.sums[row &* place.vectors + vector]
                if alpha != 1 { value *= alpha }
                if let bias {
                    if biasAlongRows {
                        value += rowBias
                    } else {
                        let numbers = bias + place.column + vector &* lanes
                        value += count == lanes ? numbers.vector(at: 0) : firstElements(numbers, count)
                    }
                }
                if adds { value += destinationVector(values, vector, count) }
                if relu { value.replace(with: 0, where: value .< 0) }
                storeResult(value, values, vector, count)
            }
        }
    }

    /// Results that are whole vectors along rows.
    @inline(__always)
    private func storeWhole(
        _ memory: MatrixTilePointer, _ place: MatrixPlace, _ destination: Floats, _ bias: Floats?, adds: Bool,
        relu: Bool
    ) {
        let alpha = Vector(repeating: alpha)
        let columnBias = biasAlongRows ? nil : bias.map { $0 + place.column }
        let rowBias = biasAlongRows ? bias.map { $0 + place.row } : nil
        var sum = 0
        var values = destination + place.row &* self.destination.row + place.column
        for row in 0..<place.rows {
            // What is added where there is no bias changes nothing, not even the sign of a zero.
            let constant = Vector(repeating: rowBias.map { $0[row] } ?? -0.0)
            var index = 0
            while index < place.columns {
                var value = memory.pointee.sums[sum] * alpha + (columnBias.map { $0.vector(at: index) } ?? constant)
                if adds { value += values.vector(at: index) }
                if relu { value.replace(with: 0, where: value .< 0) }
                values.store(value, at: index)
                index += lanes
                sum += 1
            }
            values += self.destination.row
        }
    }

    @inline(__always)
    private func destinationVector(_ values: Floats, _ vector: Int, _ count: Int) -> Vector {
        if destination.column == 1 {
            let values = values + vector &* lanes
            return count == lanes ? values.vector(at: 0) : firstElements(values, count)
        }
        var result = Vector()
        for lane in 0..<count { result[lane] = values[(vector &* lanes + lane) &* destination.column] }
        return result
    }

    @inline(__always)
    private func storeResult(_ value: Vector, _ values: Floats, _ vector: Int, _ count: Int) {
        if destination.column == 1 {
            let values = values + vector &* lanes
            if count == lanes { values.store(value, at: 0) } else { storeFirst(value, values, count) }
            return
        }
        for lane in 0..<count { values[(vector &* lanes + lane) &* destination.column] = value[lane] }
    }
}

/// The first `count` elements, fewer than lanes, and zeros: read by halves.
@inline(__always)
func firstElements(_ elements: Floats, _ count: Int) -> Vector {
    let rest = elements + (count & ~3)
    var four = SIMD4<Float>()
    if count & 3 > 0 { four[0] = rest[0] }
    if count & 3 > 1 { four[1] = rest[1] }
    if count & 3 > 2 { four[2] = rest[2] }
    #if VECTOR_4
        return four
    #else
        var eight = SIMD8(lowHalf: four, highHalf: SIMD4())
        if count & 4 > 0 {
            let low = UnsafeRawPointer(elements + (count & 8)).loadUnaligned(as: SIMD4<Float>.self)
            eight = SIMD8(lowHalf: low, highHalf: four)
        }
        #if VECTOR_8
            return eight
        #else
            if count & 8 == 0 { return SIMD16(lowHalf: eight, highHalf: SIMD8()) }
            return SIMD16(
                lowHalf: UnsafeRawPointer(elements).loadUnaligned(as: SIMD8<Float>.self), highHalf: eight)
        #endif
    #endif
}

/// Stores the first `count` lanes, fewer than all, by halves.
@inline(__always)
func storeFirst(_ vector: Vector, _ elements: Floats, _ count: Int) {
    var place = UnsafeMutableRawPointer(elements)
    #if VECTOR_16
        var eight = vector.lowHalf
        if count & 8 > 0 {
            place.storeBytes(of: eight, as: SIMD8<Float>.self)
            eight = vector.highHalf
            place += 32
        }
    #elseif VECTOR_8
        let eight = vector
    #endif
    #if VECTOR_4
        let four = vector
    #else
        var four = eight.lowHalf
        if count & 4 > 0 {
            place.storeBytes(of: four, as: SIMD4<Float>.self)
            four = eight.highHalf
            place += 16
        }
    #endif
    var two = four.lowHalf
    if count & 2 > 0 {
        place.storeBytes(of: two, as: SIMD2<Float>.self)
        two = four.highHalf
        place += 8
    }
    if count & 1 > 0 { place.storeBytes(of: two[0], as: Float.self) }
}
