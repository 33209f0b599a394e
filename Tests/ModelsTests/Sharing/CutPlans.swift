import ApusPlan

extension Plan {
    /// The plan with every instruction cut that can be, along an axis that is drawn, into up to seven parts: whether or not that is
    /// worth while.
    func cutEverywhere(_ random: inout TestRandom) -> Plan {
        var plan = self
        for index in body.indices {
            let partitions = body[index].partitions(lanes: target.lanes)
            guard !partitions.isEmpty else { continue }
            let partition = partitions[random.integer(0...partitions.count - 1)]
            plan.body[index].cut = Cut(partition.axis, parts: min(partition.units, 7))
            guard index > 0, let before = plan.body[index - 1].cut, !before.follows,
                (try? body[index].definition(lanes: target.lanes))?.completesResult == true,
                partitions.contains(where: { $0.axis == before.axis && $0.units >= before.parts })
            else { continue }
            plan.body[index].cut = Cut(before.axis, parts: before.parts, follows: true)
        }
        return plan
    }
}
