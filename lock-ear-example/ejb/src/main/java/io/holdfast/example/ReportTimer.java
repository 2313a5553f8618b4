// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example;

import jakarta.ejb.DependsOn;
import jakarta.ejb.EJB;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import java.util.concurrent.TimeUnit;

/**
 * Starts the report on every node. Where there is no switch to show the difference, {@code @Schedule} and
 * {@code @Locked} stand on one method.
 */
@Singleton
@Startup
@DependsOn("Schema")
public class ReportTimer {

    /** Seconds between two ticks. */
    public static final int INTERVAL = 5;

    @EJB
    private Report report;

    @EJB
    private LockSwitch lockSwitch;

    @Schedule(second = "*/" + INTERVAL, minute = "*", hour = "*", persistent = false)
    void tick() {
        long tick = TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis()) / INTERVAL;
        if (lockSwitch.isOn()) {
            report.write(tick);
        } else {
            report.writeWithoutLock(tick);
        }
    }
}
