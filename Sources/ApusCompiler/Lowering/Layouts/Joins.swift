import ApusGraph

/// Which values are made where they are wanted in the end: inside of the value that they are joined into, so that joining them
/// takes no copy. Other readers find them there too. Where a part is the result of an operator that works in place, its operand is
/// made there as well.
///
/// A value can be made there if what a sample has of it lies together in a sample of the whole: whole blocks of channels of blocked
/// images, or a part along the outermost dimension of plain values. The others are copied.
struct Joins: Sendable {
    /// Where a value lies in another.
    struct Part: Sendable, Equatable {
        var whole: ValueID
        var axis: Int
        /// Positions before it along the axis.
        var start: Int
    }

    private var parts: [ValueID: Part] = [:]

    /// - Parameters:
    ///   - outputs: the port of each output that is written once.
    ///   - microBatch: samples that go through the body at once.
    init(_ context: LoweringContext, _ layouts: LayoutChoice, outputs: [ValueID: Int], microBatch: Int) {
        for site in context.sites {
            let whole = site.results[0]
            guard let axis = site.joinedAxis, site.isDynamic(whole) else { continue }
            // The caller's memory is written and never read.
            let isPort = outputs[whole] != nil && context.index.consumers(of: whole).isEmpty
            var start = 0
            for operand in site.operands {
                guard let extent = site.type(operand).dimensions[axis].number else { break }
                let part = Part(whole: whole, axis: axis, start: start)
                start += extent
                guard site.canBeMade(operand), !isPort || context.index.soleConsumer(of: operand) != nil,
                    parts[operand] == nil, layouts.isBlocked(operand) == layouts.isBlocked(whole),
                    layouts.isBlocked(whole)
                        ? layouts.border(of: operand) == layouts.border(of: whole)
                            && [nil, layouts.fill(of: whole)].contains(layouts.fill(of: operand))
                        : microBatch == 1 && site.liesTogether(operand, at: part.start, of: whole, axis: axis)
                else { continue }
                parts[operand] = part
            }
        }
        // What a part is computed from in place is made there too. The last comes first, for chains.
        for site in context.sites.reversed() {
            guard let part = parts[site.results[0]],
                outputs[part.whole] == nil || !context.index.consumers(of: part.whole).isEmpty
            else { continue }
            let operand = site.rule.operandsInPlace(site).first { operand in
                site.canBeMade(operand) && parts[operand] == nil
                    && context.index.soleConsumer(of: operand) == site.number
                    && layouts.isBlocked(operand) == layouts.isBlocked(part.whole)
                    && layouts.border(of: operand) == layouts.border(of: part.whole)
            }
            if let operand { parts[operand] = part }
        }
    }

    /// Where the value is made; nil where it has memory of its own.
    subscript(value: ValueID) -> Part? { parts[value] }
}

extension Site {
    /// The axis along which the first result is its operands, one after the other; nil where it isn't.
    fileprivate var joinedAxis: Int? {
        rule.joinedAxis.map { $0 < 0 ? $0 + type(results[0]).rank : $0 }
    }

    /// Whether an operand is made by a node for each sample, and is here only once.
    fileprivate func canBeMade(_ operand: ValueID) -> Bool {
        isDynamic(operand) && context.index.producer(of: operand) != nil && operands.filter { $0 == operand }.count == 1
    }

    /// Whether what a sample has of a plain operand is one piece of a sample of the whole that begins and ends evenly, so that
    /// instructions that write whole vectors stay inside of it.
    ///
    /// - Parameter start: positions before it along the axis.
    fileprivate func liesTogether(_ operand: ValueID, at start: Int, of whole: ValueID, axis: Int) -> Bool {
        let samples = context.samples
        guard let shape = samples.shape(operand), samples.imageCount(operand) == 1, samples.imageCount(whole) == 1,
            shape.count == type(operand).rank - (type(operand).isBatched ? 1 : 0)
        else { return false }
        let place = axis - type(operand).rank + shape.count
        guard place >= 0, shape[..<place].allSatisfy({ $0 == 1 }) else { return false }
        let inner = shape[(place + 1)...].reduce(1, *)
        return Lowering.liesEvenly(start * inner) && Lowering.liesEvenly(shape[place] * inner)
    }
}
