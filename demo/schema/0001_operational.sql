-- Operational database of the demo programme: the tables kitchens work in every day.
-- Timestamps hold UTC instants without a zone; keys are text made by the client.

CREATE TYPE "IndonesiaRegion" AS ENUM ('SUMATERA', 'JAWA', 'KALIMANTAN', 'SULAWESI', 'PAPUA', 'BALI_NUSRA', 'MALUKU');
CREATE TYPE "Timezone" AS ENUM ('WIB', 'WITA', 'WIT');
CREATE TYPE "RegencyType" AS ENUM ('REGENCY', 'CITY');
CREATE TYPE "OrganizationType" AS ENUM ('PEMERINTAH', 'SWASTA', 'YAYASAN', 'KOMUNITAS', 'LAINNYA');
CREATE TYPE "SppgStatus" AS ENUM ('PENDING_APPROVAL', 'ACTIVE', 'SUSPENDED', 'TERMINATED', 'INACTIVE');
CREATE TYPE "UserType" AS ENUM ('SUPERADMIN', 'SPPG_ADMIN', 'SPPG_USER', 'DEMO_REQUEST', 'PROSPECT');
CREATE TYPE "UserRole" AS ENUM ('PLATFORM_SUPERADMIN', 'PLATFORM_SUPPORT', 'PLATFORM_ANALYST', 'SPPG_KEPALA', 'SPPG_ADMIN', 'SPPG_AHLI_GIZI', 'SPPG_AKUNTAN', 'SPPG_PRODUKSI_MANAGER', 'SPPG_DISTRIBUSI_MANAGER', 'SPPG_HRD_MANAGER', 'SPPG_STAFF_DAPUR', 'SPPG_STAFF_DISTRIBUSI', 'SPPG_STAFF_ADMIN', 'SPPG_STAFF_QC', 'SPPG_VIEWER', 'DEMO_USER');
CREATE TYPE "AuditAction" AS ENUM ('CREATE', 'READ', 'UPDATE', 'DELETE', 'LOGIN', 'LOGOUT', 'EXPORT', 'IMPORT');
CREATE TYPE "ProgramType" AS ENUM ('NUTRITIONAL_RECOVERY', 'NUTRITIONAL_EDUCATION', 'SUPPLEMENTARY_FEEDING', 'EMERGENCY_NUTRITION', 'STUNTING_INTERVENTION');
CREATE TYPE "TargetGroup" AS ENUM ('TODDLER', 'PREGNANT_WOMAN', 'BREASTFEEDING_MOTHER', 'TEENAGE_GIRL', 'ELDERLY', 'SCHOOL_CHILDREN');
CREATE TYPE "BeneficiaryType" AS ENUM ('CHILD', 'PREGNANT_MOTHER', 'LACTATING_MOTHER', 'ELDERLY', 'DISABILITY');
CREATE TYPE "MealType" AS ENUM ('SARAPAN', 'MAKAN_SIANG', 'SNACK_PAGI', 'SNACK_SORE', 'MAKAN_MALAM');
CREATE TYPE "InventoryCategory" AS ENUM ('PROTEIN', 'KARBOHIDRAT', 'SAYURAN', 'BUAH', 'SUSU_OLAHAN', 'BUMBU_REMPAH', 'MINYAK_LEMAK', 'LAINNYA');
CREATE TYPE "MovementType" AS ENUM ('IN', 'OUT', 'ADJUSTMENT', 'EXPIRED', 'DAMAGED', 'TRANSFER');
CREATE TYPE "SupplierType" AS ENUM ('LOCAL', 'REGIONAL', 'NATIONAL', 'INTERNATIONAL', 'COOPERATIVE', 'INDIVIDUAL');
CREATE TYPE "ProcurementMethod" AS ENUM ('DIRECT', 'TENDER', 'CONTRACT', 'EMERGENCY', 'BULK');
CREATE TYPE "ProcurementStatus" AS ENUM ('DRAFT', 'PENDING_APPROVAL', 'APPROVED', 'ORDERED', 'PARTIALLY_RECEIVED', 'FULLY_RECEIVED', 'COMPLETED', 'CANCELLED', 'REJECTED');
CREATE TYPE "QualityGrade" AS ENUM ('EXCELLENT', 'GOOD', 'FAIR', 'POOR', 'REJECTED');
CREATE TYPE "ProductionStatus" AS ENUM ('PLANNED', 'PREPARING', 'COOKING', 'QUALITY_CHECK', 'COMPLETED', 'CANCELLED');
CREATE TYPE "DistributionStatus" AS ENUM ('SCHEDULED', 'PREPARING', 'IN_TRANSIT', 'DISTRIBUTING', 'COMPLETED', 'CANCELLED');
CREATE TYPE "WasteType" AS ENUM ('FOOD_WASTE', 'PACKAGING_WASTE', 'ORGANIC_WASTE', 'INORGANIC_WASTE', 'COOKING_OIL');
CREATE TYPE "WasteSource" AS ENUM ('PREPARATION', 'COOKING', 'PACKAGING', 'LEFTOVER', 'EXPIRED_INGREDIENTS', 'QUALITY_REJECTION');
CREATE TYPE "DisposalMethod" AS ENUM ('RECYCLE', 'COMPOST', 'LANDFILL', 'DONATE', 'BIOGAS', 'ANIMAL_FEED');
CREATE TYPE "FeedbackType" AS ENUM ('COMPLAINT', 'SUGGESTION', 'COMPLIMENT', 'INQUIRY', 'QUALITY_ISSUE', 'SERVICE_ISSUE', 'PORTION_ISSUE', 'NUTRITION_CONCERN');
CREATE TYPE "FeedbackStatus" AS ENUM ('PENDING', 'IN_REVIEW', 'RESPONDED', 'RESOLVED', 'CLOSED', 'ESCALATED');
CREATE TYPE "FeedbackPriority" AS ENUM ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL');

-- Province; its zone decides the local day of every kitchen in it.
CREATE TABLE provinces_indonesia (
  "id"            text PRIMARY KEY,
  "provinceCode"  text NOT NULL UNIQUE,
  "provinceName"  text NOT NULL,
  "region"        "IndonesiaRegion" NOT NULL,
  "timezone"      "Timezone" NOT NULL,
  "isActive"      boolean NOT NULL DEFAULT true,
  "createdAt"     timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"     timestamp(3) NOT NULL
);
CREATE INDEX ON provinces_indonesia ("region", "isActive");

-- Regency or city.
CREATE TABLE regencies_indonesia (
  "id"           text PRIMARY KEY,
  "provinceId"   text NOT NULL REFERENCES provinces_indonesia ON DELETE CASCADE,
  "regencyCode"  text NOT NULL,
  "regencyName"  text NOT NULL,
  "regencyType"  "RegencyType" NOT NULL,
  "population"   integer,
  "isActive"     boolean NOT NULL DEFAULT true,
  "createdAt"    timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"    timestamp(3) NOT NULL,
  UNIQUE ("provinceId", "regencyCode")
);
CREATE INDEX ON regencies_indonesia ("provinceId", "regencyType");

-- Kitchen, the tenant. Budget settings are undated: only the present value is kept.
CREATE TABLE sppg (
  "id"                    text PRIMARY KEY,
  "code"                  text NOT NULL UNIQUE,
  "name"                  text NOT NULL,
  "provinceId"            text NOT NULL REFERENCES provinces_indonesia ON DELETE RESTRICT,
  "regencyId"             text NOT NULL REFERENCES regencies_indonesia ON DELETE RESTRICT,
  "districtId"            text NOT NULL,
  "villageId"             text NOT NULL,
  "coordinates"           text,
  "organizationType"      "OrganizationType" NOT NULL,
  "targetRecipients"      integer NOT NULL,
  "maxRadius"             double precision NOT NULL,
  "maxTravelTime"         integer NOT NULL,
  "operationStartDate"    timestamp(3) NOT NULL,
  "operationEndDate"      timestamp(3),
  "status"                "SppgStatus" NOT NULL DEFAULT 'ACTIVE',
  "isDemoAccount"         boolean NOT NULL DEFAULT false,
  "demoParentId"          text,
  "monthlyBudget"         double precision DEFAULT 50000000,
  "yearlyBudget"          double precision,
  "budgetStartDate"       timestamp(3) DEFAULT CURRENT_TIMESTAMP,
  "budgetEndDate"         timestamp(3),
  "budgetCurrency"        text NOT NULL DEFAULT 'IDR',
  "budgetAllocation"      jsonb,
  "budgetAutoReset"       boolean NOT NULL DEFAULT true,
  "budgetAlertThreshold"  double precision NOT NULL DEFAULT 80,
  "createdAt"             timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"             timestamp(3) NOT NULL
);

-- Accounts; platform staff belong to no kitchen.
CREATE TABLE users (
  "id"         text PRIMARY KEY,
  "email"      text NOT NULL UNIQUE,
  "name"       text NOT NULL,
  "userType"   "UserType" NOT NULL DEFAULT 'SPPG_USER',
  "userRole"   "UserRole",
  "sppgId"     text REFERENCES sppg ON DELETE SET NULL,
  "isActive"   boolean NOT NULL DEFAULT true,
  "lastLogin"  timestamp(3),
  "timezone"   text NOT NULL DEFAULT 'Asia/Jakarta',
  "createdAt"  timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"  timestamp(3) NOT NULL
);
CREATE INDEX ON users ("userType", "userRole");
CREATE INDEX ON users ("sppgId", "isActive");

-- Trail of actions; keys are plain text without references.
CREATE TABLE audit_logs (
  "id"           text PRIMARY KEY,
  "entityType"   text NOT NULL,
  "entityId"     text NOT NULL,
  "action"       "AuditAction" NOT NULL,
  "description"  text,
  "oldValues"    jsonb,
  "newValues"    jsonb,
  "userId"       text,
  "sppgId"       text,
  "ipAddress"    text,
  "metadata"     jsonb,
  "createdAt"    timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX ON audit_logs ("entityType", "entityId");
CREATE INDEX ON audit_logs ("userId", "createdAt");
CREATE INDEX ON audit_logs ("sppgId", "createdAt");
CREATE INDEX ON audit_logs ("action", "createdAt");

-- Feeding programme of a kitchen.
CREATE TABLE nutrition_programs (
  "id"                 text PRIMARY KEY,
  "sppgId"             text NOT NULL REFERENCES sppg ON DELETE CASCADE,
  "name"               text NOT NULL,
  "programCode"        text NOT NULL UNIQUE,
  "programType"        "ProgramType" NOT NULL,
  "targetGroup"        "TargetGroup" NOT NULL,
  "calorieTarget"      double precision,
  "proteinTarget"      double precision,
  "carbTarget"         double precision,
  "fatTarget"          double precision,
  "fiberTarget"        double precision,
  "startDate"          timestamp(3) NOT NULL,
  "endDate"            timestamp(3),
  "feedingDays"        integer[],
  "mealsPerDay"        integer NOT NULL DEFAULT 1,
  "totalBudget"        double precision,
  "budgetPerMeal"      double precision,
  "targetRecipients"   integer NOT NULL,
  "currentRecipients"  integer NOT NULL DEFAULT 0,
  "status"             text NOT NULL DEFAULT 'ACTIVE',
  "createdAt"          timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"          timestamp(3) NOT NULL
);
CREATE INDEX ON nutrition_programs ("sppgId", "status");
CREATE INDEX ON nutrition_programs ("programType", "status");
CREATE INDEX ON nutrition_programs ("startDate", "endDate");

-- Served school or posyandu; head counts in the student columns.
CREATE TABLE school_beneficiaries (
  "id"                   text PRIMARY KEY,
  "programId"            text NOT NULL REFERENCES nutrition_programs ON DELETE CASCADE,
  "schoolName"           text NOT NULL,
  "schoolCode"           text,
  "schoolType"           text NOT NULL,
  "schoolStatus"         text NOT NULL,
  "villageId"            text NOT NULL,
  "totalStudents"        integer NOT NULL,
  "targetStudents"       integer NOT NULL,
  "activeStudents"       integer NOT NULL DEFAULT 0,
  "students4to6Years"    integer NOT NULL DEFAULT 0,
  "students7to12Years"   integer NOT NULL DEFAULT 0,
  "students13to15Years"  integer NOT NULL DEFAULT 0,
  "students16to18Years"  integer NOT NULL DEFAULT 0,
  "feedingDays"          integer[],
  "mealsPerDay"          integer NOT NULL DEFAULT 1,
  "enrollmentDate"       timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "isActive"             boolean NOT NULL DEFAULT true,
  "suspendedAt"          timestamp(3),
  "beneficiaryType"      "BeneficiaryType" NOT NULL DEFAULT 'CHILD',
  "createdAt"            timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"            timestamp(3) NOT NULL
);
CREATE INDEX ON school_beneficiaries ("programId", "isActive");
CREATE INDEX ON school_beneficiaries ("schoolType", "isActive");
CREATE INDEX ON school_beneficiaries ("villageId");
CREATE INDEX ON school_beneficiaries ("targetStudents");

-- Menu of a programme.
CREATE TABLE nutrition_menus (
  "id"              text PRIMARY KEY,
  "programId"       text NOT NULL REFERENCES nutrition_programs ON DELETE CASCADE,
  "menuName"        text NOT NULL,
  "menuCode"        text NOT NULL,
  "mealType"        "MealType" NOT NULL,
  "servingSize"     integer NOT NULL,
  "costPerServing"  double precision NOT NULL,
  "isActive"        boolean NOT NULL DEFAULT true,
  "createdAt"       timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"       timestamp(3) NOT NULL,
  UNIQUE ("programId", "menuCode")
);
CREATE INDEX ON nutrition_menus ("programId", "isActive");
CREATE INDEX ON nutrition_menus ("mealType", "isActive");

-- Recommended daily intake by age band and sex.
CREATE TABLE nutrition_requirements (
  "id"                text PRIMARY KEY,
  "ageGroupMin"       integer NOT NULL,
  "ageGroupMax"       integer NOT NULL,
  "gender"            text NOT NULL,
  "specialCondition"  text,
  "caloriesPerDay"    double precision NOT NULL,
  "proteinPerDay"     double precision NOT NULL,
  "fatPerDay"         double precision NOT NULL,
  "carbsPerDay"       double precision NOT NULL,
  "fiberPerDay"       double precision NOT NULL,
  "referenceSource"   text NOT NULL DEFAULT 'KEMENKES_2019',
  "referenceYear"     integer NOT NULL DEFAULT 2019,
  "isActive"          boolean NOT NULL DEFAULT true,
  "createdAt"         timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"         timestamp(3) NOT NULL
);
CREATE INDEX ON nutrition_requirements ("ageGroupMin", "ageGroupMax", "gender");
CREATE INDEX ON nutrition_requirements ("isActive");

-- Nutrients of a menu, recalculated in place.
CREATE TABLE menu_nutrition_calculations (
  "id"               text PRIMARY KEY,
  "menuId"           text NOT NULL UNIQUE REFERENCES nutrition_menus ON DELETE CASCADE,
  "requirementId"    text REFERENCES nutrition_requirements ON DELETE SET NULL,
  "totalCalories"    double precision NOT NULL DEFAULT 0,
  "totalProtein"     double precision NOT NULL DEFAULT 0,
  "totalCarbs"       double precision NOT NULL DEFAULT 0,
  "totalFat"         double precision NOT NULL DEFAULT 0,
  "totalFiber"       double precision NOT NULL DEFAULT 0,
  "caloriesDV"       double precision NOT NULL DEFAULT 0,
  "proteinDV"        double precision NOT NULL DEFAULT 0,
  "meetsCalorieAKG"  boolean NOT NULL DEFAULT false,
  "meetsProteinAKG"  boolean NOT NULL DEFAULT false,
  "meetsAKG"         boolean NOT NULL DEFAULT false,
  "calculatedAt"     timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "createdAt"        timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"        timestamp(3) NOT NULL
);
CREATE INDEX ON menu_nutrition_calculations ("menuId");
CREATE INDEX ON menu_nutrition_calculations ("meetsAKG");
CREATE INDEX ON menu_nutrition_calculations ("calculatedAt");

-- Stock item with its running balance.
CREATE TABLE inventory_items (
  "id"            text PRIMARY KEY,
  "sppgId"        text NOT NULL REFERENCES sppg ON DELETE CASCADE,
  "itemName"      text NOT NULL,
  "itemCode"      text,
  "category"      "InventoryCategory" NOT NULL,
  "unit"          text NOT NULL,
  "currentStock"  double precision NOT NULL DEFAULT 0,
  "minStock"      double precision NOT NULL,
  "maxStock"      double precision NOT NULL,
  "lastPrice"     double precision,
  "averagePrice"  double precision,
  "hasExpiry"     boolean NOT NULL DEFAULT false,
  "shelfLife"     integer,
  "isActive"      boolean NOT NULL DEFAULT true,
  "createdAt"     timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"     timestamp(3) NOT NULL,
  UNIQUE ("sppgId", "itemCode")
);
CREATE INDEX ON inventory_items ("sppgId", "category");
CREATE INDEX ON inventory_items ("category", "isActive");
CREATE INDEX ON inventory_items ("currentStock");

-- Goods in and out of stock; approval comes later.
CREATE TABLE stock_movements (
  "id"             text PRIMARY KEY,
  "inventoryId"    text NOT NULL REFERENCES inventory_items ON DELETE CASCADE,
  "movementType"   "MovementType" NOT NULL,
  "quantity"       double precision NOT NULL,
  "unit"           text NOT NULL,
  "stockBefore"    double precision NOT NULL,
  "stockAfter"     double precision NOT NULL,
  "unitCost"       double precision,
  "totalCost"      double precision,
  "referenceType"  text,
  "referenceId"    text,
  "batchNumber"    text,
  "expiryDate"     timestamp(3),
  "movedBy"        text NOT NULL,
  "movedAt"        timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "approvedAt"     timestamp(3)
);
CREATE INDEX ON stock_movements ("inventoryId", "movedAt");
CREATE INDEX ON stock_movements ("movementType", "movedAt");
CREATE INDEX ON stock_movements ("referenceType", "referenceId");

-- Purchasing plan of a month.
CREATE TABLE procurement_plans (
  "id"                text PRIMARY KEY,
  "sppgId"            text NOT NULL REFERENCES sppg ON DELETE CASCADE,
  "programId"         text REFERENCES nutrition_programs ON DELETE SET NULL,
  "planName"          text NOT NULL,
  "planMonth"         text NOT NULL,
  "planYear"          integer NOT NULL,
  "planQuarter"       integer,
  "totalBudget"       double precision NOT NULL,
  "allocatedBudget"   double precision NOT NULL DEFAULT 0,
  "usedBudget"        double precision NOT NULL DEFAULT 0,
  "remainingBudget"   double precision NOT NULL DEFAULT 0,
  "targetRecipients"  integer NOT NULL,
  "targetMeals"       integer NOT NULL,
  "costPerMeal"       double precision,
  "approvalStatus"    text NOT NULL DEFAULT 'DRAFT',
  "approvedAt"        timestamp(3),
  "createdAt"         timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"         timestamp(3) NOT NULL
);
CREATE INDEX ON procurement_plans ("sppgId", "planMonth");
CREATE INDEX ON procurement_plans ("approvalStatus");

-- Purchase order; the supplier is free text.
CREATE TABLE procurements (
  "id"                text PRIMARY KEY,
  "sppgId"            text NOT NULL REFERENCES sppg ON DELETE CASCADE,
  "planId"            text REFERENCES procurement_plans ON DELETE SET NULL,
  "procurementCode"   text NOT NULL UNIQUE,
  "procurementDate"   timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "expectedDelivery"  timestamp(3),
  "actualDelivery"    timestamp(3),
  "supplierName"      text NOT NULL,
  "supplierType"      "SupplierType",
  "purchaseMethod"    "ProcurementMethod" NOT NULL,
  "subtotalAmount"    double precision NOT NULL,
  "taxAmount"         double precision NOT NULL DEFAULT 0,
  "discountAmount"    double precision NOT NULL DEFAULT 0,
  "shippingCost"      double precision NOT NULL DEFAULT 0,
  "totalAmount"       double precision NOT NULL,
  "paidAmount"        double precision NOT NULL DEFAULT 0,
  "paymentStatus"     text NOT NULL DEFAULT 'UNPAID',
  "paymentDue"        timestamp(3),
  "status"            "ProcurementStatus" NOT NULL DEFAULT 'DRAFT',
  "deliveryStatus"    text NOT NULL DEFAULT 'ORDERED',
  "qualityGrade"      "QualityGrade",
  "acceptanceStatus"  text,
  "inspectedAt"       timestamp(3),
  "createdAt"         timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"         timestamp(3) NOT NULL
);
CREATE INDEX ON procurements ("sppgId", "procurementDate");
CREATE INDEX ON procurements ("paymentStatus", "paymentDue");
CREATE INDEX ON procurements ("deliveryStatus");

-- Line of a purchase order.
CREATE TABLE procurement_items (
  "id"                text PRIMARY KEY,
  "procurementId"     text NOT NULL REFERENCES procurements ON DELETE CASCADE,
  "inventoryItemId"   text REFERENCES inventory_items ON DELETE SET NULL,
  "itemName"          text NOT NULL,
  "itemCode"          text,
  "category"          "InventoryCategory" NOT NULL,
  "orderedQuantity"   double precision NOT NULL,
  "receivedQuantity"  double precision,
  "unit"              text NOT NULL,
  "pricePerUnit"      double precision NOT NULL,
  "totalPrice"        double precision NOT NULL,
  "discountAmount"    double precision NOT NULL DEFAULT 0,
  "finalPrice"        double precision NOT NULL,
  "expiryDate"        timestamp(3),
  "isAccepted"        boolean NOT NULL DEFAULT true,
  "returnedQuantity"  double precision NOT NULL DEFAULT 0
);
CREATE INDEX ON procurement_items ("procurementId");
CREATE INDEX ON procurement_items ("category");

-- Cooking batch.
CREATE TABLE food_productions (
  "id"                 text PRIMARY KEY,
  "sppgId"             text NOT NULL REFERENCES sppg ON DELETE CASCADE,
  "programId"          text NOT NULL REFERENCES nutrition_programs ON DELETE CASCADE,
  "menuId"             text NOT NULL REFERENCES nutrition_menus ON DELETE CASCADE,
  "productionDate"     timestamp(3) NOT NULL,
  "batchNumber"        text NOT NULL UNIQUE,
  "plannedPortions"    integer NOT NULL,
  "actualPortions"     integer,
  "plannedStartTime"   timestamp(3) NOT NULL,
  "plannedEndTime"     timestamp(3) NOT NULL,
  "actualStartTime"    timestamp(3),
  "actualEndTime"      timestamp(3),
  "estimatedCost"      double precision NOT NULL,
  "actualCost"         double precision,
  "costPerPortion"     double precision,
  "targetTemperature"  double precision,
  "actualTemperature"  double precision,
  "hygieneScore"       integer,
  "tasteRating"        integer,
  "appearanceRating"   integer,
  "textureRating"      integer,
  "status"             "ProductionStatus" NOT NULL DEFAULT 'PLANNED',
  "qualityPassed"      boolean,
  "rejectionReason"    text,
  "wasteAmount"        double precision,
  "createdAt"          timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"          timestamp(3) NOT NULL
);
CREATE INDEX ON food_productions ("sppgId", "productionDate");
CREATE INDEX ON food_productions ("programId", "status");
CREATE INDEX ON food_productions ("status", "productionDate");

-- Check made on a batch.
CREATE TABLE quality_controls (
  "id"                text PRIMARY KEY,
  "productionId"      text NOT NULL REFERENCES food_productions ON DELETE CASCADE,
  "checkType"         text NOT NULL,
  "checkTime"         timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "checkedBy"         text NOT NULL,
  "parameter"         text NOT NULL,
  "expectedValue"     text,
  "actualValue"       text NOT NULL,
  "passed"            boolean NOT NULL,
  "score"             integer,
  "severity"          text,
  "actionRequired"    boolean NOT NULL DEFAULT false,
  "actionTaken"       text,
  "actionDate"        timestamp(3),
  "followUpRequired"  boolean NOT NULL DEFAULT false,
  "followUpDate"      timestamp(3),
  "createdAt"         timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX ON quality_controls ("productionId", "checkType");
CREATE INDEX ON quality_controls ("checkType", "passed");

-- Delivery run to one point.
CREATE TABLE food_distributions (
  "id"                  text PRIMARY KEY,
  "sppgId"              text NOT NULL REFERENCES sppg ON DELETE CASCADE,
  "programId"           text NOT NULL REFERENCES nutrition_programs ON DELETE CASCADE,
  "productionId"        text REFERENCES food_productions ON DELETE SET NULL,
  "distributionDate"    timestamp(3) NOT NULL,
  "distributionCode"    text NOT NULL UNIQUE,
  "mealType"            "MealType" NOT NULL,
  "distributionPoint"   text NOT NULL,
  "plannedRecipients"   integer NOT NULL,
  "actualRecipients"    integer,
  "plannedStartTime"    timestamp(3) NOT NULL,
  "plannedEndTime"      timestamp(3) NOT NULL,
  "transportCost"       double precision,
  "fuelCost"            double precision,
  "otherCosts"          double precision,
  "menuItems"           jsonb NOT NULL,
  "totalPortions"       integer NOT NULL,
  "portionSize"         double precision NOT NULL,
  "departureTemp"       double precision,
  "arrivalTemp"         double precision,
  "servingTemp"         double precision,
  "status"              "DistributionStatus" NOT NULL DEFAULT 'SCHEDULED',
  "actualStartTime"     timestamp(3),
  "actualEndTime"       timestamp(3),
  "departureTime"       timestamp(3),
  "arrivalTime"         timestamp(3),
  "completionTime"      timestamp(3),
  "foodQuality"         "QualityGrade",
  "hygieneScore"        integer,
  "packagingCondition"  text,
  "createdAt"           timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"           timestamp(3) NOT NULL
);
CREATE INDEX ON food_distributions ("sppgId", "distributionDate");
CREATE INDEX ON food_distributions ("programId", "status");
CREATE INDEX ON food_distributions ("status", "distributionDate");
CREATE INDEX ON food_distributions ("distributionPoint");

-- Portions planned and handed over, by school and day.
CREATE TABLE school_distributions (
  "id"                 text PRIMARY KEY,
  "programId"          text NOT NULL REFERENCES nutrition_programs ON DELETE CASCADE,
  "schoolId"           text NOT NULL REFERENCES school_beneficiaries ON DELETE CASCADE,
  "menuId"             text NOT NULL REFERENCES nutrition_menus ON DELETE RESTRICT,
  "distributionDate"   timestamp(3) NOT NULL,
  "targetQuantity"     integer NOT NULL,
  "actualQuantity"     integer NOT NULL DEFAULT 0,
  "schoolName"         text NOT NULL,
  "targetStudents"     integer NOT NULL,
  "menuName"           text NOT NULL,
  "portionSize"        double precision NOT NULL,
  "totalWeight"        double precision NOT NULL DEFAULT 0,
  "costPerPortion"     double precision NOT NULL DEFAULT 0,
  "totalCost"          double precision NOT NULL DEFAULT 0,
  "budgetAllocated"    double precision,
  "deliveryTime"       timestamp(3),
  "deliveryStatus"     text NOT NULL DEFAULT 'PLANNED',
  "temperatureCheck"   boolean NOT NULL DEFAULT false,
  "foodTemperature"    double precision,
  "qualityStatus"      text,
  "receivedAt"         timestamp(3),
  "satisfactionScore"  integer,
  "createdAt"          timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"          timestamp(3) NOT NULL
);
CREATE INDEX ON school_distributions ("programId", "distributionDate");
CREATE INDEX ON school_distributions ("schoolId", "distributionDate");
CREATE INDEX ON school_distributions ("deliveryStatus");

-- What a school reports as eaten and left over.
CREATE TABLE school_feeding_reports (
  "id"                     text PRIMARY KEY,
  "distributionId"         text NOT NULL REFERENCES school_distributions ON DELETE CASCADE,
  "schoolId"               text NOT NULL REFERENCES school_beneficiaries ON DELETE CASCADE,
  "reportDate"             timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "reportType"             text NOT NULL DEFAULT 'DAILY',
  "totalStudentsServed"    integer NOT NULL,
  "totalPortionsServed"    integer NOT NULL,
  "totalPortionsConsumed"  integer NOT NULL,
  "wastePercentage"        double precision NOT NULL DEFAULT 0,
  "attendanceRate"         double precision NOT NULL DEFAULT 0,
  "participationRate"      double precision NOT NULL DEFAULT 0,
  "foodTemperature"        double precision,
  "tasteRating"            double precision,
  "overallRating"          double precision,
  "reportStatus"           text NOT NULL DEFAULT 'SUBMITTED',
  "createdAt"              timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"              timestamp(3) NOT NULL
);
CREATE INDEX ON school_feeding_reports ("schoolId", "reportDate");
CREATE INDEX ON school_feeding_reports ("distributionId");
CREATE INDEX ON school_feeding_reports ("reportType", "reportDate");

-- Weighed waste by source.
CREATE TABLE waste_management (
  "id"               text PRIMARY KEY,
  "sppgId"           text NOT NULL REFERENCES sppg ON DELETE CASCADE,
  "wasteDate"        timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "wasteType"        "WasteType" NOT NULL,
  "wasteWeight"      double precision NOT NULL,
  "wasteSource"      "WasteSource" NOT NULL,
  "ingredientValue"  double precision,
  "disposalCost"     double precision,
  "disposalMethod"   "DisposalMethod" NOT NULL,
  "createdAt"        timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"        timestamp(3) NOT NULL
);
CREATE INDEX ON waste_management ("sppgId", "wasteDate", "wasteType");
CREATE INDEX ON waste_management ("wasteSource", "disposalMethod");

-- Complaint, praise or rating from a school.
CREATE TABLE beneficiary_feedback (
  "id"                text PRIMARY KEY,
  "sppgId"            text NOT NULL REFERENCES sppg ON DELETE CASCADE,
  "programId"         text REFERENCES nutrition_programs ON DELETE SET NULL,
  "beneficiaryId"     text REFERENCES school_beneficiaries ON DELETE SET NULL,
  "beneficiaryType"   "BeneficiaryType" NOT NULL,
  "feedbackType"      "FeedbackType" NOT NULL,
  "rating"            integer,
  "menuId"            text REFERENCES nutrition_menus ON DELETE SET NULL,
  "distributionId"    text REFERENCES food_distributions ON DELETE SET NULL,
  "anonymous"         boolean NOT NULL DEFAULT false,
  "status"            "FeedbackStatus" NOT NULL DEFAULT 'PENDING',
  "priority"          "FeedbackPriority" NOT NULL DEFAULT 'MEDIUM',
  "category"          text,
  "sentiment"         text,
  "responseRequired"  boolean NOT NULL DEFAULT false,
  "respondedAt"       timestamp(3),
  "resolved"          boolean NOT NULL DEFAULT false,
  "resolvedAt"        timestamp(3),
  "createdAt"         timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"         timestamp(3) NOT NULL
);
CREATE INDEX ON beneficiary_feedback ("sppgId", "status");
CREATE INDEX ON beneficiary_feedback ("feedbackType", "rating");
CREATE INDEX ON beneficiary_feedback ("createdAt");

-- Month budget as the application sums it up.
CREATE TABLE budget_tracking (
  "id"               text PRIMARY KEY,
  "sppgId"           text NOT NULL REFERENCES sppg ON DELETE CASCADE,
  "month"            integer NOT NULL,
  "year"             integer NOT NULL,
  "allocatedBudget"  double precision NOT NULL,
  "spentBudget"      double precision NOT NULL DEFAULT 0,
  "remainingBudget"  double precision NOT NULL DEFAULT 0,
  "proteinSpent"     double precision NOT NULL DEFAULT 0,
  "carbsSpent"       double precision NOT NULL DEFAULT 0,
  "vegetablesSpent"  double precision NOT NULL DEFAULT 0,
  "fruitsSpent"      double precision NOT NULL DEFAULT 0,
  "otherSpent"       double precision NOT NULL DEFAULT 0,
  "utilizationRate"  double precision NOT NULL DEFAULT 0,
  "lastCalculated"   timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "isActive"         boolean NOT NULL DEFAULT true,
  "createdAt"        timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"        timestamp(3) NOT NULL,
  UNIQUE ("sppgId", "month", "year")
);
