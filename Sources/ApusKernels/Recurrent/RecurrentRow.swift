/// One step of one sample. Rows in scratch (`sums`, `state`, `cell`, `reset`) have room for whole vectors.
struct RecurrentRow {
    let hidden: Int
    let clip: Float
    let gates: Floats
    let sums: Floats
    let state: Floats
    let cell: Floats
    let resetState: Floats
    let peepholes: Floats?
    let output: Floats?
    let saved: Floats?

    /// See ``RecurrentCell/lstm``.
    func advanceLSTM() {
        if peepholes != nil { return advanceWithPeepholes() }
        // Gate by gate, since functions that don't wait for each other overlap: the processor sees only so far ahead.
        applyLogistic(0)
        applyLogistic(1)
        applyTangent(2)
        applyLogistic(3)
        var unit = 0
        while unit < hidden {
            let (input, forget) = (sums.vector(at: unit), sums.vector(at: hidden + unit))
            let (candidate, output) = (sums.vector(at: 2 &* hidden + unit), sums.vector(at: 3 &* hidden + unit))
            let next = multiplyAdd(forget * cell.vector(at: unit), input, candidate)
            cell.store(next, at: unit)
            finish(output * hyperbolicTangent(next), unit)
            save(0, unit, input)
            save(1, unit, forget)
            save(2, unit, candidate)
            save(3, unit, output)
            save(4, unit, next)
            unit += lanes
        }
    }

    private func applyLogistic(_ number: Int) {
        var unit = 0
        while unit < hidden {
            store(logistic(sum(number, unit, Vector())), sums + (number &* hidden + unit), unit)
            unit += lanes
        }
    }

    private func applyTangent(_ number: Int) {
        var unit = 0
        while unit < hidden {
            store(hyperbolicTangent(sum(number, unit, Vector())), sums + (number &* hidden + unit), unit)
            unit += lanes
        }
    }

    /// The output gate waits for the cell.
    private func advanceWithPeepholes() {
        var unit = 0
        while unit < hidden {
            let before = cell.vector(at: unit)
            let input = logistic(sum(0, unit, peephole(0, unit) * before))
            let forget = logistic(sum(1, unit, peephole(1, unit) * before))
            let candidate = hyperbolicTangent(sum(2, unit, Vector()))
            let next = multiplyAdd(forget * before, input, candidate)
            let output = logistic(sum(3, unit, peephole(2, unit) * next))
            cell.store(next, at: unit)
            finish(output * hyperbolicTangent(next), unit)
            save(0, unit, input)
            save(1, unit, forget)
            save(2, unit, candidate)
            save(3, unit, output)
            save(4, unit, next)
            unit += lanes
        }
    }

    /// See ``RecurrentCell/gruResetAfter``.
    func advanceGRU() {
        var unit = 0
        while unit < hidden {
            let update = logistic(sum(0, unit, Vector()))
            let reset = logistic(sum(1, unit, Vector()))
            let product = sums.vector(at: 2 &* hidden + unit)
            let candidate = hyperbolicTangent(clipped(multiplyAdd(gate(2, unit), reset, product)))
            finish(multiplyAdd((1 - update) * candidate, update, state.vector(at: unit)), unit)
            save(0, unit, update)
            save(1, unit, reset)
            save(2, unit, candidate)
            save(3, unit, product)
            unit += lanes
        }
    }

    /// The gates of ``RecurrentCell/gruResetBefore``, and what its second product reads.
    func computeResets() {
        var unit = 0
        while unit < hidden {
            let update = logistic(sum(0, unit, Vector()))
            let reset = logistic(sum(1, unit, Vector()))
            let product = reset * state.vector(at: unit)
            resetState.store(product, at: unit)
            save(0, unit, update)
            save(1, unit, reset)
            save(3, unit, product)
            // Until the candidate is there; the next unit's sum is not read yet where a vector goes beyond the gate.
            store(update, sums + unit, unit)
            unit += lanes
        }
    }

    /// The rest of ``RecurrentCell/gruResetBefore``, after the second product.
    func advanceReset() {
        var unit = 0
        while unit < hidden {
            let update = sums.vector(at: unit)
            let candidate = hyperbolicTangent(sum(2, unit, Vector()))
            finish(multiplyAdd((1 - update) * candidate, update, state.vector(at: unit)), unit)
            save(2, unit, candidate)
            unit += lanes
        }
    }

    /// See ``RecurrentCell/tanh`` and ``RecurrentCell/relu``.
    func advancePlain(relu: Bool) {
        var unit = 0
        while unit < hidden {
            let sum = sum(0, unit, Vector())
            finish(relu ? sum.replacing(with: 0, where: sum .< 0) : hyperbolicTangent(sum), unit)
            unit += lanes
        }
    }

    /// What goes into a gate's function.
    @inline(__always)
    private func sum(_ number: Int, _ unit: Int, _ addend: Vector) -> Vector {
        clipped(gate(number, unit) + sums.vector(at: number &* hidden + unit) + addend)
    }

    @inline(__always)
    private func gate(_ number: Int, _ unit: Int) -> Vector {
        let elements = gates + number &* hidden + unit
        return hidden - unit >= lanes ? elements.vector(at: 0) : firstElements(elements, hidden - unit)
    }

    @inline(__always)
    private func peephole(_ number: Int, _ unit: Int) -> Vector {
        guard let peepholes else { return Vector() }
        let elements = peepholes + number &* hidden + unit
        return hidden - unit >= lanes ? elements.vector(at: 0) : firstElements(elements, hidden - unit)
    }

    /// A comparison, so that what is not a number stays so.
    @inline(__always)
    private func clipped(_ sum: Vector) -> Vector {
        if clip == 0 { return sum }
        return sum.replacing(with: clip, where: sum .> clip).replacing(with: -clip, where: sum .< -clip)
    }

    @inline(__always)
    private func finish(_ value: Vector, _ unit: Int) {
        state.store(value, at: unit)
        if let output { store(value, output + unit, unit) }
    }

    @inline(__always)
    private func save(_ number: Int, _ unit: Int, _ value: Vector) {
        if let saved { store(value, saved + number &* hidden + unit, unit) }
    }

    @inline(__always)
    private func store(_ value: Vector, _ place: Floats, _ unit: Int) {
        if hidden - unit >= lanes { place.store(value, at: 0) } else { storeFirst(value, place, hidden - unit) }
    }
}
