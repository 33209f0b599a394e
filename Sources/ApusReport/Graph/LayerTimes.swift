package import ApusPlan
package import ApusRuntime

/// What the instructions of a plan's body cost for a sample, by the value that they make.
package struct LayerTimes: Sendable {
    package struct Cost: Sendable {
        /// Of all threads together.
        package var seconds = 0.0
        /// Read and written.
        package var bytes = 0.0
    }

    /// By the instructions' labels.
    package let costs: [String: Cost]
    /// All costs together.
    package let seconds: Double
    /// Samples that were measured.
    package let samples: Int

    /// - Parameter recording: of runs of this plan.
    package init(_ recording: Recording, plan: Plan) {
        var costs: [String: Cost] = [:]
        var most = 0
        for (index, instruction) in plan.body.enumerated() {
            let activity = recording.activities.body.lowerBound + index
            let samples = recording.samples(activity)
            guard samples > 0 else { continue }
            most = max(most, samples)
            var cost = costs[instruction.label] ?? Cost()
            cost.seconds += recording.seconds(activity) / Double(samples)
            if let one = try? instruction.work(samples: 1, lanes: plan.target.lanes),
                let two = try? instruction.work(samples: 2, lanes: plan.target.lanes)
            {
                // What a further sample adds: weights are read once for many.
                cost.bytes += Double(two.read - one.read + two.written - one.written)
            }
            costs[instruction.label] = cost
        }
        self.init(costs: costs, samples: most)
    }

    init(costs: [String: Cost], samples: Int) {
        self.costs = costs
        seconds = costs.values.reduce(0) { $0 + $1.seconds }
        self.samples = samples
    }
}
