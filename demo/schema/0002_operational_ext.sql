-- Operational database of the demo programme, second part: funding, schedules, receipts, safety and reports.

CREATE TYPE "VillageType" AS ENUM ('URBAN_VILLAGE', 'RURAL_VILLAGE');
CREATE TYPE "BanperRequestStatus" AS ENUM ('DRAFT', 'SUBMITTED', 'REVIEWED', 'APPROVED', 'DISBURSED', 'REJECTED');
CREATE TYPE "DistributionWave" AS ENUM ('MORNING', 'MIDDAY');
CREATE TYPE "BeneficiaryCategory" AS ENUM ('TODDLER', 'EARLY_CHILDHOOD', 'KINDERGARTEN', 'ELEMENTARY_GRADE_1_3', 'ELEMENTARY_GRADE_4_6', 'JUNIOR_HIGH', 'SENIOR_HIGH', 'PREGNANT_WOMAN', 'BREASTFEEDING_MOTHER');
CREATE TYPE "ReceiptStatus" AS ENUM ('PENDING', 'RECEIVED', 'LOST', 'DISPUTED');
CREATE TYPE "CertificationStatus" AS ENUM ('ACTIVE', 'EXPIRED', 'SUSPENDED', 'REVOKED', 'RENEWAL_PENDING');
CREATE TYPE "TestType" AS ENUM ('WATER_QUALITY', 'FOOD_SAMPLE', 'NUTRITION_ANALYSIS', 'MICROBIOLOGICAL', 'CHEMICAL_RESIDUE', 'HEAVY_METALS');
CREATE TYPE "TestStatus" AS ENUM ('PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'RETESTING', 'CANCELLED');
CREATE TYPE "SppgRole" AS ENUM ('KEPALA_SPPG', 'AHLI_GIZI', 'AKUNTAN', 'PENGAWAS_DISTRIBUSI', 'TIM_PERSIAPAN', 'TIM_PENGOLAHAN', 'TIM_PEMORSIAN', 'TIM_PACKING', 'TIM_DISTRIBUSI', 'TIM_KEBERSIHAN', 'TIM_PENCUCI');
CREATE TYPE "ReportType" AS ENUM ('DAILY_OPERATIONAL', 'FINANCIAL_BIWEEKLY', 'BENEFICIARY_RECEIPT', 'QUALITY_CONTROL', 'DISTRIBUTION_SUMMARY', 'MONTHLY_EVALUATION');

-- District (kecamatan).
CREATE TABLE districts_indonesia (
  "id"            text PRIMARY KEY,
  "regencyId"     text NOT NULL REFERENCES regencies_indonesia ON DELETE CASCADE,
  "districtCode"  text NOT NULL,
  "districtName"  text NOT NULL,
  "isActive"      boolean NOT NULL DEFAULT true,
  "createdAt"     timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"     timestamp(3) NOT NULL,
  UNIQUE ("regencyId", "districtCode")
);
CREATE INDEX ON districts_indonesia ("regencyId");

-- Village; places a school.
CREATE TABLE villages_indonesia (
  "id"           text PRIMARY KEY,
  "districtId"   text NOT NULL REFERENCES districts_indonesia ON DELETE CASCADE,
  "villageCode"  text NOT NULL,
  "villageName"  text NOT NULL,
  "villageType"  "VillageType" NOT NULL,
  "isActive"     boolean NOT NULL DEFAULT true,
  "createdAt"    timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"    timestamp(3) NOT NULL,
  UNIQUE ("districtId", "villageCode")
);
CREATE INDEX ON villages_indonesia ("districtId", "villageType");

-- Account that government funds are paid into.
CREATE TABLE sppg_virtual_accounts (
  "id"                  text PRIMARY KEY,
  "sppgId"              text NOT NULL UNIQUE REFERENCES sppg ON DELETE CASCADE,
  "bankCode"            text NOT NULL,
  "isActive"            boolean NOT NULL DEFAULT true,
  "activatedAt"         timestamp(3),
  "currentBalance"      double precision NOT NULL DEFAULT 0,
  "lastUpdatedBalance"  timestamp(3),
  "createdAt"           timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"           timestamp(3) NOT NULL
);

-- Request for a fortnight of government funds.
CREATE TABLE banper_requests (
  "id"                         text PRIMARY KEY,
  "sppgId"                     text NOT NULL REFERENCES sppg ON DELETE CASCADE,
  "virtualAccountId"           text NOT NULL REFERENCES sppg_virtual_accounts ON DELETE RESTRICT,
  "requestNumber"              text NOT NULL UNIQUE,
  "requestDate"                timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "operationalPeriod"          text NOT NULL,
  "totalBeneficiaries"         integer NOT NULL,
  "beneficiaryBreakdown"       jsonb NOT NULL,
  "dailyBudgetPerBeneficiary"  double precision NOT NULL,
  "operationalDays"            integer NOT NULL DEFAULT 12,
  "foodCostTotal"              double precision NOT NULL,
  "operationalCost"            double precision NOT NULL,
  "transportCost"              double precision,
  "utilityCost"                double precision,
  "staffCost"                  double precision,
  "otherCosts"                 double precision,
  "totalAmount"                double precision NOT NULL,
  "status"                     "BanperRequestStatus" NOT NULL DEFAULT 'DRAFT',
  "submittedAt"                timestamp(3),
  "approvedAt"                 timestamp(3),
  "disbursedAt"                timestamp(3),
  "createdAt"                  timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"                  timestamp(3) NOT NULL
);
CREATE INDEX ON banper_requests ("sppgId", "status");
CREATE INDEX ON banper_requests ("requestDate", "operationalPeriod");

-- Ledger of that account.
CREATE TABLE banper_transactions (
  "id"                 text PRIMARY KEY,
  "sppgId"             text NOT NULL REFERENCES sppg ON DELETE CASCADE,
  "virtualAccountId"   text NOT NULL REFERENCES sppg_virtual_accounts ON DELETE RESTRICT,
  "banperRequestId"    text REFERENCES banper_requests ON DELETE SET NULL,
  "transactionNumber"  text NOT NULL UNIQUE,
  "transactionDate"    timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "transactionType"    text NOT NULL,
  "amount"             double precision NOT NULL,
  "balanceBefore"      double precision NOT NULL,
  "balanceAfter"       double precision NOT NULL,
  "purpose"            text NOT NULL,
  "category"           text NOT NULL,
  "approvedAt"         timestamp(3),
  "createdAt"          timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"          timestamp(3) NOT NULL
);
CREATE INDEX ON banper_transactions ("sppgId", "transactionDate");
CREATE INDEX ON banper_transactions ("transactionType", "category");

-- Delivery wave of a day.
CREATE TABLE distribution_schedules (
  "id"                      text PRIMARY KEY,
  "sppgId"                  text NOT NULL REFERENCES sppg ON DELETE CASCADE,
  "distributionDate"        timestamp(3) NOT NULL,
  "wave"                    "DistributionWave" NOT NULL,
  "targetCategories"        "BeneficiaryCategory"[],
  "estimatedBeneficiaries"  integer NOT NULL,
  "menuName"                text NOT NULL,
  "portionSize"             double precision NOT NULL,
  "totalPortions"           integer NOT NULL,
  "deliveryMethod"          text NOT NULL,
  "packagingCost"           double precision,
  "fuelCost"                double precision,
  "status"                  text NOT NULL DEFAULT 'PLANNED',
  "startedAt"               timestamp(3),
  "completedAt"             timestamp(3),
  "createdAt"               timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"               timestamp(3) NOT NULL
);
CREATE INDEX ON distribution_schedules ("sppgId", "distributionDate", "wave");
CREATE INDEX ON distribution_schedules ("status");

-- Stop of a wave.
CREATE TABLE distribution_deliveries (
  "id"                 text PRIMARY KEY,
  "scheduleId"         text NOT NULL REFERENCES distribution_schedules ON DELETE CASCADE,
  "targetType"         text NOT NULL,
  "targetName"         text NOT NULL,
  "estimatedArrival"   timestamp(3) NOT NULL,
  "actualArrival"      timestamp(3),
  "portionsDelivered"  integer NOT NULL,
  "status"             text NOT NULL DEFAULT 'ASSIGNED',
  "deliveredAt"        timestamp(3),
  "createdAt"          timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"          timestamp(3) NOT NULL
);
CREATE INDEX ON distribution_deliveries ("scheduleId", "status");

-- Portions received, by category of beneficiary.
CREATE TABLE beneficiary_receipts (
  "id"                   text PRIMARY KEY,
  "sppgId"               text NOT NULL REFERENCES sppg ON DELETE CASCADE,
  "deliveryId"           text REFERENCES distribution_deliveries ON DELETE SET NULL,
  "receiptNumber"        text NOT NULL UNIQUE,
  "receiptDate"          timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "beneficiaryCategory"  "BeneficiaryCategory" NOT NULL,
  "mealType"             text NOT NULL,
  "menuName"             text NOT NULL,
  "portionCount"         integer NOT NULL,
  "status"               "ReceiptStatus" NOT NULL DEFAULT 'PENDING',
  "receivedAt"           timestamp(3),
  "mealQuality"          double precision,
  "createdAt"            timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"            timestamp(3) NOT NULL
);
CREATE INDEX ON beneficiary_receipts ("sppgId", "receiptDate");
CREATE INDEX ON beneficiary_receipts ("status", "beneficiaryCategory");

-- Certificates: hygiene, halal, HACCP.
CREATE TABLE food_safety_certifications (
  "id"                 text PRIMARY KEY,
  "sppgId"             text NOT NULL REFERENCES sppg ON DELETE CASCADE,
  "certificationName"  text NOT NULL,
  "certifyingBody"     text NOT NULL,
  "certificateNumber"  text NOT NULL UNIQUE,
  "issuedDate"         timestamp(3) NOT NULL,
  "expiryDate"         timestamp(3) NOT NULL,
  "status"             "CertificationStatus" NOT NULL DEFAULT 'ACTIVE',
  "assessmentScore"    double precision,
  "createdAt"          timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"          timestamp(3) NOT NULL
);
CREATE INDEX ON food_safety_certifications ("sppgId", "status");

-- Retained food sample.
CREATE TABLE daily_food_samples (
  "id"                  text PRIMARY KEY,
  "sppgId"              text NOT NULL REFERENCES sppg ON DELETE CASCADE,
  "sampleDate"          timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "menuName"            text NOT NULL,
  "batchNumber"         text,
  "collectionTime"      timestamp(3),
  "storageTemp"         double precision,
  "storageDuration"     integer NOT NULL DEFAULT 72,
  "overallQuality"      double precision,
  "acceptabilityScore"  double precision,
  "testedInLab"         boolean NOT NULL DEFAULT false,
  "labTestId"           text,
  "disposalDate"        timestamp(3),
  "createdAt"           timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"           timestamp(3) NOT NULL
);
CREATE INDEX ON daily_food_samples ("sppgId", "sampleDate");
CREATE INDEX ON daily_food_samples ("menuName", "batchNumber");

-- Laboratory result.
CREATE TABLE laboratory_tests (
  "id"              text PRIMARY KEY,
  "sppgId"          text NOT NULL REFERENCES sppg ON DELETE CASCADE,
  "testDate"        timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "testType"        "TestType" NOT NULL,
  "sampleId"        text NOT NULL,
  "testStatus"      "TestStatus" NOT NULL DEFAULT 'PENDING',
  "isCompliant"     boolean,
  "retestRequired"  boolean NOT NULL DEFAULT false,
  "createdAt"       timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"       timestamp(3) NOT NULL
);
CREATE INDEX ON laboratory_tests ("sppgId", "testType", "testDate");
CREATE INDEX ON laboratory_tests ("testStatus", "isCompliant");

-- Monthly evaluation of a programme.
CREATE TABLE program_monitoring (
  "id"                     text PRIMARY KEY,
  "programId"              text NOT NULL REFERENCES nutrition_programs ON DELETE CASCADE,
  "monitoringMonth"        text NOT NULL,
  "monitoringYear"         integer NOT NULL,
  "reportingWeek"          integer,
  "targetRecipients"       integer NOT NULL,
  "activeRecipients"       integer NOT NULL,
  "feedingDaysPlanned"     integer NOT NULL,
  "feedingDaysCompleted"   integer NOT NULL,
  "totalMealsProduced"     integer NOT NULL,
  "totalMealsDistributed"  integer NOT NULL,
  "wastePercentage"        double precision NOT NULL,
  "budgetAllocated"        double precision NOT NULL,
  "budgetUtilized"         double precision NOT NULL,
  "complaintCount"         integer NOT NULL DEFAULT 0,
  "foodSafetyIncidents"    integer NOT NULL DEFAULT 0,
  "temperatureCompliance"  double precision,
  "staffAttendance"        double precision NOT NULL,
  "createdAt"              timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"              timestamp(3) NOT NULL
);
CREATE INDEX ON program_monitoring ("programId", "monitoringMonth");
CREATE INDEX ON program_monitoring ("monitoringMonth", "monitoringYear");

-- Kitchen crew.
CREATE TABLE sppg_team_members (
  "id"                 text PRIMARY KEY,
  "sppgId"             text NOT NULL REFERENCES sppg ON DELETE CASCADE,
  "role"               "SppgRole" NOT NULL,
  "isVolunteer"        boolean NOT NULL DEFAULT true,
  "recruitmentSource"  text,
  "dailyWage"          double precision,
  "isActive"           boolean NOT NULL DEFAULT true,
  "joinDate"           timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "leaveDate"          timestamp(3),
  "createdAt"          timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"          timestamp(3) NOT NULL
);
CREATE INDEX ON sppg_team_members ("sppgId", "role");
CREATE INDEX ON sppg_team_members ("isActive", "role");

-- Report filed to the ministry.
CREATE TABLE sppg_operational_reports (
  "id"                      text PRIMARY KEY,
  "sppgId"                  text NOT NULL REFERENCES sppg ON DELETE CASCADE,
  "reportNumber"            text NOT NULL UNIQUE,
  "reportType"              "ReportType" NOT NULL,
  "reportPeriod"            text NOT NULL,
  "reportDate"              timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "beneficiariesServed"     integer,
  "mealsDistributed"        integer,
  "totalExpenses"           double precision,
  "foodSafetyScore"         double precision,
  "distributionEfficiency"  double precision,
  "budgetAllocated"         double precision,
  "budgetUtilized"          double precision,
  "status"                  text NOT NULL DEFAULT 'DRAFT',
  "submittedAt"             timestamp(3),
  "approvedAt"              timestamp(3),
  "createdAt"               timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"               timestamp(3) NOT NULL
);
CREATE INDEX ON sppg_operational_reports ("sppgId", "reportType", "reportPeriod");
CREATE INDEX ON sppg_operational_reports ("status", "reportDate");
